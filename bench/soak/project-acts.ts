import { FIELDS, MESSAGES } from '../../scripts/seed-words.ts'
import { expectEnded } from './account-acts.ts'
import type { Act, Actor } from './actors.ts'
import { expectProject } from './expectations.ts'
import type { Content, JoinRequest, Project } from './town.ts'

const STATUSES = ['planning', 'in_progress', 'completed']
const MAX_PROJECTS = 15

export const PROJECT_ACTS: Act[] = [
  { weight: 10, perform: post },
  { weight: 14, perform: (actor) => withOne(actor, actor.projects, patch) },
  { weight: 3, perform: (actor) => withOne(actor, actor.projects, remove) },
  { weight: 25, perform: (actor) => withOne(actor, foreign(actor), ask) },
  { weight: 25, perform: (actor) => withOne(actor, actor.projects, decide) },
  { weight: 3, perform: (actor) => withOne(actor, actor.projects, removeCollaborator) },
  { weight: 8, perform: withdraw },
  { weight: 30, perform: (actor) => withOne(actor, [...actor.town.projects], expectProject) },
  { weight: 4, perform: (actor) => withOne(actor, foreign(actor), trespass) },
  { weight: 10, perform: read },
  { weight: 8, perform: useEnded },
]

async function withOne(
  actor: Actor,
  projects: Project[],
  work: (actor: Actor, project: Project) => Promise<void>,
): Promise<void> {
  if (projects.length === 0) return
  const project = actor.dice.pick(projects)
  await actor.town.alone([project], () => work(actor, project))
}

const foreign = (actor: Actor) => [...actor.town.projects].filter(({ owner }) => owner !== actor)

async function post(actor: Actor): Promise<void> {
  if (actor.projects.length >= MAX_PROJECTS) return
  const content = contentBy(actor)
  const key = actor.newName()
  const call = { method: 'POST', path: '/api/projects', token: actor.access, body: content, key, status: 201 }
  const { text } = await actor.insist(call)
  const { id } = JSON.parse(text)
  actor.town.projects.add({ id, owner: actor, content, requests: new Set(), isBusy: false })
}

async function patch(actor: Actor, project: Project): Promise<void> {
  const whole = Object.entries(contentBy(actor))
  const body: Partial<Content> = Object.fromEntries(actor.dice.some(whole, 1, 3))
  await actor.insist({ method: 'PATCH', path: `/api/projects/${project.id}`, token: actor.access, body })
  Object.assign(project.content, body)
}

async function remove(actor: Actor, project: Project): Promise<void> {
  const path = `/api/projects/${project.id}`
  await actor.insist({ method: 'DELETE', path, token: actor.access, status: 204 }, [404])
  actor.town.drop(project)
}

async function ask(actor: Actor, project: Project): Promise<void> {
  const known = [...project.requests].some(({ requester }) => requester === actor)
  const isAllowed = project.content.isOpen && !known
  const message = `${actor.dice.pick(MESSAGES)} (${actor.acts})`
  const path = `/api/projects/${project.id}/requests`
  const call = { method: 'POST', path, token: actor.access, body: { message }, status: isAllowed ? 201 : 409 }
  const { status, text } = await actor.insist(call, [409])
  if (!isAllowed) return
  const id = JSON.parse(status === 201 ? text : await viewOf(actor, project)).id
  project.requests.add({ id, project, requester: actor, message, status: 'pending' })
}

/** The request that was made when its answer was lost, as the project tells it. */
async function viewOf(actor: Actor, { id }: Project): Promise<string> {
  const { text } = await actor.insist({ path: `/api/projects/${id}`, token: actor.access })
  return JSON.stringify(JSON.parse(text).viewer.request)
}

async function decide(actor: Actor, project: Project): Promise<void> {
  if (project.requests.size === 0) return
  const request = actor.dice.pick([...project.requests])
  const status = actor.dice.chance(0.7) ? 'accepted' : 'rejected'
  const isAllowed = request.status === 'pending' || request.status === status
  const path = `/api/projects/requests/${request.id}`
  const call = { method: 'PATCH', path, token: actor.access, body: { status }, status: isAllowed ? 200 : 409 }
  await actor.insist(call)
  if (isAllowed) request.status = status
}

async function removeCollaborator(actor: Actor, project: Project): Promise<void> {
  const collaborators = [...project.requests].filter(({ status }) => status === 'accepted')
  if (collaborators.length === 0) return
  const request = actor.dice.pick(collaborators)
  const path = `/api/projects/${project.id}/collaborators/${request.requester.username}`
  await actor.insist({ method: 'DELETE', path, token: actor.access, status: 204 }, [404])
  request.status = 'rejected'
}

async function withdraw(actor: Actor): Promise<void> {
  const sent = actor.town.requestsOf(actor)
  if (sent.length === 0) return
  const request: JoinRequest = actor.dice.pick(sent)
  await actor.town.alone([request.project], async () => {
    const isAllowed = request.status !== 'rejected'
    const path = `/api/projects/requests/${request.id}`
    const call = { method: 'DELETE', path, token: actor.access, status: isAllowed ? 204 : 409 }
    await actor.insist(call, isAllowed ? [404] : [])
    if (isAllowed) request.project.requests.delete(request)
  })
}

/** Changes what is somebody else's, which must not be. */
async function trespass(actor: Actor, project: Project): Promise<void> {
  const body = { title: 'Mine now' }
  const path = `/api/projects/${project.id}`
  await actor.insist({ method: 'PATCH', path, token: actor.access, body, status: 403 })
  await actor.insist({ method: 'DELETE', path, token: actor.access, status: 403 })
}

async function read(actor: Actor): Promise<void> {
  const { access: token } = actor
  for (const path of ['/api/projects?isOpen=true', '/api/projects/facets']) await actor.insist({ path })
  await actor.insist({ path: '/api/projects/dashboard', token })
}

async function useEnded(actor: Actor): Promise<void> {
  if (actor.town.ended.length > 0) await expectEnded(actor, actor.dice.pick(actor.town.ended))
}

function contentBy(actor: Actor): Content {
  const { dice } = actor
  const field = dice.pick(FIELDS)
  return {
    title: `${actor.newName()}: ${dice.pick(field.ideas).split(' | ')[0]}`,
    description: `${dice.pick(MESSAGES)} ${dice.pick(MESSAGES)}`,
    techStack: dice.pick(field.stacks).split(', '),
    rolesNeeded: dice.some(field.roles, 0, 3),
    status: dice.pick(STATUSES),
    isOpen: dice.chance(0.8),
  }
}
