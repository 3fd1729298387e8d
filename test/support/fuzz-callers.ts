import fc from 'fast-check'
import { MAX_COLLABORATORS } from '../../src/projects/requests.queries.ts'
import { ok, send } from './api.ts'
import type { World } from './endpoints.ts'
import { changing, done, notAtFault, type Target, type Twist } from './fuzz-targets.ts'
import { PEOPLE } from './fuzz-world.ts'
import { ask, decide, register } from './world.ts'

const signedInOnly = ({ endpoint }: Target) => endpoint.who !== undefined

/** A token that opens nothing is a 401, and is not looked at where nobody need have one. */
const shutOut = (target: Target) => (target.isGuarded ? [401] : notAtFault(target))

/** Who asks, and for what. */
export const CALLERS: Twist[] = [
  {
    name: 'the right request',
    changes: () => () => {},
    expected: done,
    isInWholeWorld: true,
  },
  {
    name: 'the right request in a world that others have changed',
    changes: () => () => {},
    expected: notAtFault,
  },
  {
    name: 'nobody',
    changes: (target) =>
      signedInOnly(target)
        ? (shot) => {
            shot.token = undefined
          }
        : undefined,
    expected: () => [401],
  },
  {
    name: 'somebody signed in, where nobody need be',
    changes: ({ isPublic }) =>
      isPublic
        ? (shot, { now }) => {
            shot.token = now.visitor.access
          }
        : undefined,
    expected: done,
    isInWholeWorld: true,
  },
  ...PEOPLE.map(
    (name): Twist => ({
      name: `the ${name}, in place of somebody else`,
      changes: ({ endpoint: { who } }) =>
        who !== undefined && who !== name
          ? (shot, { now }) => {
              shot.token = now[name].access
            }
          : undefined,
      expected: (target) =>
        target.statuses.includes(403)
          ? [403]
          : // What is somebody's own is looked for among the caller's: a session of another is none.
            [...done(target), ...target.statuses.filter((status) => status === 404)],
      isInWholeWorld: true,
    }),
  ),
  {
    name: 'an ended session',
    changes:
      () =>
      (shot, { ended }) => {
        shot.token = ended.access
      },
    expected: shutOut,
  },
  {
    name: 'a refresh token for an access token',
    changes:
      () =>
      (shot, { now }) => {
        shot.token = now.owner.refresh
      },
    expected: shutOut,
  },
  {
    name: 'a broken token',
    changes: () =>
      fc
        .oneof(
          fc.constantFrom('', '.', '..', 'null', 'undefined', 'e30.e30.e30', "' OR 1=1 --"),
          fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
        )
        .map(
          changing((token, shot) => {
            shot.token = token
          }),
        ),
    expected: shutOut,
  },
  {
    name: 'an altered token',
    changes: (target) =>
      signedInOnly(target)
        ? fc.nat({ max: 200 }).map(
            changing((at, shot) => {
              const { token = '' } = shot
              // Not the last letter, whose lowest bits are none of the signature's.
              const i = at % (token.length - 1)
              shot.token = `${token.slice(0, i)}${token[i] === 'x' ? 'y' : 'x'}${token.slice(i + 1)}`
            }),
          )
        : undefined,
    expected: () => [401],
  },
  {
    name: 'the refresh token of an ended session',
    changes: ({ bodySchema }) =>
      bodySchema?.properties?.refresh
        ? (shot, { ended }) => {
            shot.body = { refresh: ended.refresh }
          }
        : undefined,
    // Logging out a second time is a success.
    expected: ({ endpoint }) => [endpoint.status === 204 ? 204 : 401],
  },
  ...(['email', 'username'] as const).map(
    (field): Twist => ({
      name: `${field} of somebody else`,
      changes: ({ bodySchema, endpoint }) =>
        bodySchema?.properties?.[field] && endpoint.fields?.[field]?.kind === 'form'
          ? (shot, { now }) => {
              shot.body = { ...(shot.body as object), [field]: now.visitor[field].toUpperCase() }
            }
          : undefined,
      expected: () => [409],
    }),
  ),
  {
    name: 'something that was decided otherwise before',
    changes: ({ operation: { operationId } }) =>
      operationId in DECISIONS
        ? async (_, world) => {
            const { path, body } = DECISIONS[operationId]?.(world.now) ?? {}
            await ok(send(`/api/projects/${path}`, { method: 'PATCH', token: world.now.owner.access, body }))
            world.isProjectSpent = true
          }
        : undefined,
    expected: () => [409],
    isInWholeWorld: true,
  },
  {
    name: 'one more than there is room for',
    changes: ({ operation: { operationId } }) =>
      operationId === 'decideRequest'
        ? async (_, world) => {
            const { owner, projectId } = world.now
            // There is one already.
            for (let i = 1; i < MAX_COLLABORATORS; i++) {
              await decide(owner, await ask(await register(), projectId), 'accepted')
            }
            world.isProjectSpent = true
          }
        : undefined,
    expected: () => [409],
    isInWholeWorld: true,
  },
]

const rejection = ({ requestId }: World) => ({ path: `requests/${requestId}`, body: { status: 'rejected' } })

/** What makes the right request one that comes too late. */
const DECISIONS: Record<string, (world: World) => { path: string; body: object }> = {
  decideRequest: rejection,
  deleteRequest: rejection,
  createRequest: ({ projectId }) => ({ path: String(projectId), body: { isOpen: false } }),
}
