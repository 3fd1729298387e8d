import { ok, send } from './api.ts'
import { ask, type Person, post, postWithMember, register } from './world.ts'

export const idsIn = ({ items }: { items: { id: number }[] }) => items.map(({ id }) => id)

export const read = (reader: Person, path: string) =>
  ok(send(`/api/projects/${path}`, { token: reader.access }))

export const askFor = (requester: Person, projectId: number | string, fields: Record<string, unknown> = {}) =>
  send(`/api/projects/${projectId}/requests`, {
    token: requester.access,
    body: { message: 'Let me in!', ...fields },
  })

export const setStatus = (person: Person, requestId: number | string, status: unknown) =>
  send(`/api/projects/requests/${requestId}`, { method: 'PATCH', token: person.access, body: { status } })

export const withdraw = (person: Person, requestId: number | string) =>
  send(`/api/projects/requests/${requestId}`, { method: 'DELETE', token: person.access })

export const removeMember = (person: Person, projectId: number | string, username: string) =>
  send(`/api/projects/${projectId}/collaborators/${username}`, { method: 'DELETE', token: person.access })

/** A project and somebody who has asked to join it. */
export async function asked() {
  const [owner, requester] = [await register(), await register()]
  const projectId = await post(owner)
  return { owner, requester, projectId, requestId: await ask(requester, projectId) }
}

/** A project with a member. */
export async function joined() {
  const [owner, member] = [await register(), await register()]
  return { owner, member, ...(await postWithMember(owner, member)) }
}
