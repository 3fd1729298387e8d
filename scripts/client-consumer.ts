/** A program that uses the built client: every line must compile as it says, in a project without the server's sources. */
export const CONSUMER = `
import { ApiError, type Api, type BodyOf, call, createClient, localStorageStorage, type User } from 'devcollab-client'

const { api, auth } = createClient('https://api.example.com', {
  storage: localStorageStorage(),
  onSignedOut: () => location.assign('/login'),
})

export type Project = BodyOf<Awaited<ReturnType<Api['projects'][':id']['$get']>>>

export async function show(file: File): Promise<string[]> {
  const user: User = await auth.login({ email: 'ada@example.com', password: 'a secret' })
  const { items, nextCursor } = await call(api.projects.$get({ query: { tech: ['Rust', 'C++'], sort: 'newest' } }))
  const cursor: string | null = nextCursor
  const project: Project = await call(api.projects.$post({ json: { title: 'A title', description: 'What it is.' } }))
  await call(api.projects.$post({ json: { title: 'A title', description: 'What it is.' }, header: { 'Idempotency-Key': 'mine' } }))
  const gone: undefined = await call(api.projects[':id'].$delete({ param: { id: String(project.id) } }))
  const { profile } = await call(api.accounts.me.avatar.$put({}, { init: { body: file } }))
  const src: string | null = profile.avatarUrl

  // @ts-expect-error a title is a text
  await api.projects.$post({ json: { title: 1, description: 'What it is.' } })
  // @ts-expect-error a description is missing
  await api.projects.$post({ json: { title: 'A title' } })
  // @ts-expect-error there is no such order
  await api.projects.$get({ query: { sort: 'random' } })
  // @ts-expect-error a project is open or not
  await api.projects.$get({ query: { isOpen: 'maybe' } })
  // @ts-expect-error there is no such path
  api.nowhere
  // @ts-expect-error a project has no such field
  project.nothing
  // @ts-expect-error a username is missing
  await auth.register({ email: 'ada@example.com', password: 'a secret' })

  return [...items.map(({ title }) => title), user.username, String(cursor), String(gone), String(src)]
}

export const explain = (error: unknown): string =>
  error instanceof ApiError && error.code === 'validation_failed' ? String(error.errors[0]?.pointer) : ''
`

/** Tells, when it runs, that the built client needs nothing that is not there. */
export const SMOKE = `
import { createClient } from 'devcollab-client'
const { api } = createClient('https://api.example.com')
const { pathname } = api.accounts.users[':username'].$url({ param: { username: 'a/b' } })
if (pathname !== '/api/accounts/users/a%2Fb') throw new Error(pathname)
`
