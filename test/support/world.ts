import type { Bindings } from '../../src/env.ts'
import { ok, send } from './api.ts'
import { PASSWORD } from './secrets.ts'

export interface Person {
  id: number
  username: string
  email: string
  access: string
  refresh: string
}

let people = 0

/** Registers somebody new. Names are unique within a test file, whose tests share one database. */
export async function register(fields: { username?: string; displayName?: string } = {}): Promise<Person> {
  people += 1
  const username = fields.username ?? `person-${people}`
  const email = `${username}@example.com`
  const body = await ok(
    send('/api/accounts/register', {
      body: { displayName: '', ...fields, username, email, password: PASSWORD },
    }),
    201,
  )
  return { id: body.user.id, username, email, access: body.access, refresh: body.refresh }
}

/** Signs in again: another session of the same person. */
export async function login(
  person: Person,
  headers: Record<string, string> = {},
  env: Partial<Bindings> = {},
): Promise<Person> {
  const body = { email: person.email, password: PASSWORD }
  const { access, refresh } = await ok(send('/api/accounts/login', { body, headers, env }))
  return { ...person, access, refresh }
}

/** What a token claims, read without checking it. */
export const claimsOf = (token: string) =>
  JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))

export async function post(owner: Person, fields: Record<string, unknown> = {}): Promise<number> {
  const body = { title: 'A project', description: 'What it is about.', ...fields }
  return (await ok(send('/api/projects', { token: owner.access, body }), 201)).id
}

export async function ask(
  requester: Person,
  projectId: number,
  fields: Record<string, unknown> = {},
): Promise<number> {
  const body = { message: 'Let me in!', ...fields }
  return (await ok(send(`/api/projects/${projectId}/requests`, { token: requester.access, body }), 201)).id
}

export async function decide(owner: Person, requestId: number, status: 'accepted' | 'rejected') {
  return ok(
    send(`/api/projects/requests/${requestId}`, { method: 'PATCH', token: owner.access, body: { status } }),
  )
}

/** So many projects of one owner, alike. @returns their ids, newest first */
export async function postSeveral(owner: Person, count: number, fields: Record<string, unknown> = {}) {
  const ids: number[] = []
  for (let left = count; left > 0; left--) ids.unshift(await post(owner, fields))
  return ids
}

/** A project of `owner` that `member` has joined. */
export async function postWithMember(
  owner: Person,
  member: Person,
): Promise<{ projectId: number; requestId: number }> {
  const projectId = await post(owner)
  const requestId = await ask(member, projectId)
  await decide(owner, requestId, 'accepted')
  return { projectId, requestId }
}

/** The ids of a list, page by page from its start, or from a cursor, to its end. A list that never ends fails. */
export async function walk(path: string, reader?: Person, cursor: string | null = ''): Promise<number[]> {
  const ids: number[] = []
  for (let pages = 0; cursor !== null; pages++) {
    if (pages === 100) throw new Error(`${path} has no end.`)
    const next = cursor && `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`
    const page = await ok(send(path + next, { token: reader?.access }))
    ids.push(...page.items.map(({ id }: { id: number }) => id))
    cursor = page.nextCursor
  }
  return ids
}
