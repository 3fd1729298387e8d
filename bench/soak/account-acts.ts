import { png } from '../../scripts/pictures-png.ts'
import type { Act, Actor } from './actors.ts'
import type { Session } from './town.ts'

const PASSWORDS = ['lets-build-together', 'and-now-for-another', 'third-time-lucky-then']
const MAX_SESSIONS = 3
const GRACE_MS = 10_000
const AVATAR_SIDE_PX = 24

export const ACCOUNT_ACTS: Act[] = [
  { weight: 3, perform: async (actor) => actor.sessions.length < MAX_SESSIONS && logIn(actor) },
  { weight: 20, perform: refresh },
  { weight: 4, perform: logOut },
  { weight: 1, perform: logOutEverywhere },
  { weight: 2, perform: changePassword },
  { weight: 5, perform: describe },
  { weight: 3, perform: rename },
  { weight: 6, perform: setAvatar },
  { weight: 2, perform: removeAvatar },
  { weight: 1, perform: deleteAccount },
]

export async function register(actor: Actor): Promise<void> {
  const username = actor.newName()
  const account = { username, email: `${username}@soak.example`, displayName: '' }
  const password = actor.dice.pick(PASSWORDS)
  const { status, text } = await actor.insist(
    { method: 'POST', path: '/api/accounts/register', body: { ...account, password }, status: 201 },
    [409],
  )
  Object.assign(actor, account, { password, avatar: undefined, hasAccount: true })
  if (status === 201) actor.sessions.push(JSON.parse(text))
}

export async function logIn(actor: Actor): Promise<void> {
  const { email, password } = actor
  const body = { email, password }
  const { text } = await actor.insist({ method: 'POST', path: '/api/accounts/login', body })
  actor.sessions.push(JSON.parse(text))
}

async function refresh(actor: Actor): Promise<void> {
  const session = actor.dice.pick(actor.sessions)
  const body = { refresh: session.refresh }
  const start = Date.now()
  const call = { method: 'POST', path: '/api/accounts/refresh', body }
  const { status, text } = await actor.insist(call, [401])
  if (status === 200) Object.assign(session, JSON.parse(text))
  else if (Date.now() - start < GRACE_MS) throw new Error('A refresh within the grace window was refused.')
  // Too late: it was taken for theft.
  else actor.ends(session)
}

async function logOut(actor: Actor): Promise<void> {
  const session = actor.dice.pick(actor.sessions)
  const body = { refresh: session.refresh }
  await actor.insist({ method: 'POST', path: '/api/accounts/logout', body, status: 204 })
  actor.ends(session)
  await expectEnded(actor, session)
}

async function logOutEverywhere(actor: Actor): Promise<void> {
  const call = { method: 'POST', path: '/api/accounts/logout-all', token: actor.access, status: 204 }
  await actor.insist(call, [401])
  actor.ends(...actor.sessions)
}

async function changePassword(actor: Actor): Promise<void> {
  const newPassword = actor.dice.pick(PASSWORDS.filter((password) => password !== actor.password))
  const body = { currentPassword: actor.password, newPassword }
  const call = { method: 'POST', path: '/api/accounts/me/password', token: actor.access, body }
  const { status, text } = await actor.insist(call, [401])
  actor.password = newPassword
  actor.ends(...actor.sessions)
  // It was changed when the answer was lost, and its session with it: the next login shows that.
  if (status === 200) actor.sessions.push(JSON.parse(text))
}

async function describe(actor: Actor): Promise<void> {
  const body = { displayName: `Somebody, act ${actor.acts}` }
  await actor.insist({ method: 'PATCH', path: '/api/accounts/me', token: actor.access, body })
  Object.assign(actor, body)
}

async function rename(actor: Actor): Promise<void> {
  // Not while an owner names the collaborator to remove.
  await actor.town.alone(new Set(actor.town.requestsOf(actor).map(({ project }) => project)), async () => {
    const body = { username: actor.newName() }
    await actor.insist({ method: 'PATCH', path: '/api/accounts/me', token: actor.access, body })
    actor.town.gone.push(`/api/accounts/users/${actor.username}`)
    Object.assign(actor, body)
  })
}

async function setAvatar(actor: Actor): Promise<void> {
  const [red, green, blue] = [0, 0, 0].map(() => actor.dice.below(256))
  const samples = () => [red ?? 0, green ?? 0, blue ?? 0]
  const size = { width: AVATAR_SIDE_PX, height: AVATAR_SIDE_PX }
  const body = png({ ...size, colourType: 2, bitDepth: 8, samples })
  const call = { method: 'PUT', path: '/api/accounts/me/avatar', token: actor.access, body }
  const { avatarUrl } = JSON.parse((await actor.insist(call)).text).profile
  const path = new URL(avatarUrl).pathname
  const { headers } = await actor.insist({ path })
  actor.avatar = { path, etag: headers.etag }
}

async function removeAvatar(actor: Actor): Promise<void> {
  const call = { method: 'DELETE', path: '/api/accounts/me/avatar', token: actor.access, status: 204 }
  await actor.insist(call)
  actor.avatar = undefined
}

/** The account, its projects and its requests to others. */
async function deleteAccount(actor: Actor): Promise<void> {
  const { town, projects } = actor
  const sent = town.requestsOf(actor)
  await town.alone(new Set([...projects, ...sent.map(({ project }) => project)]), async () => {
    const { email, password, access } = actor
    const body = { password }
    await actor.insist(
      { method: 'DELETE', path: '/api/accounts/me', token: access, body, status: 204 },
      [401],
    )
    for (const request of sent) request.project.requests.delete(request)
    for (const project of projects) town.drop(project)
    town.gone.push(`/api/accounts/users/${actor.username}`)
    actor.ends(...actor.sessions)
    actor.hasAccount = false
    const login = { email, password }
    await actor.insist({ method: 'POST', path: '/api/accounts/login', body: login, status: 401 })
  })
}

/** Neither token of a session that is over is good for anything. */
export async function expectEnded(actor: Actor, { access, refresh }: Session): Promise<void> {
  await actor.insist({ path: '/api/accounts/me', token: access, status: 401 })
  const body = { refresh }
  await actor.insist({ method: 'POST', path: '/api/accounts/refresh', body, status: 401 })
}
