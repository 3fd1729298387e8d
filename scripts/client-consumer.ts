/** A program that uses the built client: every line must compile as it says, in a project without the server's sources. */
export const CONSUMER = `
import {
  ApiError, type Api, type BodyOf, type CollaborationRequest, call, createClient, localStorageStorage, type NewProject, type Profile, type Project,
  type ProjectCard, type User,
} from 'devcollab-client'

const { api, auth } = createClient('https://api.example.com', {
  storage: localStorageStorage(),
  onSignedOut: () => location.assign('/login'),
})

export type Dashboard = BodyOf<Awaited<ReturnType<Api['projects']['dashboard']['$get']>>>

export async function show(file: File): Promise<string[]> {
  const user: User = await auth.login({ email: 'ada@example.com', password: 'a secret' })
  const { items, nextCursor } = await call(api.projects.$get({ query: { tech: ['Rust', 'C++'], sort: 'newest' } }))
  const cursor: string | null = nextCursor
  const project: Project = await call(api.projects.$post({ json: { title: 'A title', description: 'What it is.' } }))
  await call(api.projects.$post({ json: { title: 'A title', description: 'What it is.' }, header: { 'Idempotency-Key': 'mine' } }))
  const gone: undefined = await call(api.projects[':id'].$delete({ param: { id: String(project.id) } }))
  const { profile } = await call(api.accounts.me.avatar.$put({}, { init: { body: file } }))
  const src: string | null = profile.avatarUrl

  const cards: ProjectCard[] = items
  const draft: NewProject = { title: cards[0]?.title ?? 'A title', description: 'What it is.' }
  await call(api.projects.$post({ json: draft }))
  const sent: CollaborationRequest[] = (await call(api.projects.requests.sent.$get({ query: {} }))).items
  const person: Profile = await call(api.accounts.users[':username'].$get({ param: { username: sent[0]?.requester.username ?? 'ada' } }))

  // @ts-expect-error a profile tells no email
  person.email
  // @ts-expect-error a request is not maybe
  sent[0]?.status === 'maybe'
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
