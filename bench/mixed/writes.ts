import { FIELDS, MESSAGES, TOOLS } from '../../scripts/seed-words.ts'
import type { Answer } from '../client.ts'
import { forget, type Kind, remember } from './kinds.ts'
import type { Visitor } from './visitors.ts'

export const LOG_IN: Kind = {
  name: 'log in',
  weight: 0,
  call: ({ person }) => ({ method: 'POST', path: '/api/accounts/login', body: person }),
  learn: keepTokens,
}

/** With the access token of a session that is over. */
const ENDED: Kind = {
  name: 'ended session',
  weight: 0,
  call: ({ access }) => ({ path: '/api/projects/dashboard', token: access, status: 401 }),
}

/** Logins follow on logouts: each keeps a core busy for as long as a hundred reads. */
export const WRITES: Kind[] = [
  {
    name: 'refresh',
    weight: 15,
    call: ({ refresh }) => ({ method: 'POST', path: '/api/accounts/refresh', body: { refresh } }),
    learn: keepTokens,
  },
  {
    name: 'log out',
    weight: 2,
    call: ({ refresh }) => ({ method: 'POST', path: '/api/accounts/logout', body: { refresh }, status: 204 }),
    learn: ({ due }) => void due.push(ENDED, LOG_IN),
  },
  {
    name: 'post a project',
    weight: 8,
    call(visitor) {
      const { dice, access } = visitor
      const field = dice.pickSkewed(FIELDS)
      const stack = dice.pickSkewed(field.stacks).split(', ').slice(0, 4)
      const body = {
        title: titleOf(visitor),
        description: `${dice.pick(field.ideas).split(' | ')[1]}\n\nIt begins on one shelf.`,
        techStack: [...new Set([...stack, dice.pick(TOOLS)])],
        rolesNeeded: dice.some(field.roles, 1, 3),
      }
      return { method: 'POST', path: '/api/projects', token: access, body, status: 201 }
    },
    learn: ({ owned }, { text }) => remember(owned, idOf(text)),
  },
  {
    name: 'patch a project',
    weight: 12,
    call(visitor) {
      const { dice, owned, access } = visitor
      if (owned.length === 0) return undefined
      const path = `/api/projects/${dice.pick(owned)}`
      return { method: 'PATCH', path, token: access, body: { title: titleOf(visitor) } }
    },
  },
  {
    name: 'ask to join',
    weight: 15,
    call({ dice, seen, asked, access }) {
      // Now and then one that was asked before.
      const projects = dice.chance(0.2) && asked.length > 0 ? asked : seen
      if (projects.length === 0) return undefined
      const id = dice.pick(projects)
      remember(asked, id)
      const body = { message: dice.pick(MESSAGES) }
      return {
        method: 'POST',
        path: `/api/projects/${id}/requests`,
        token: access,
        body,
        status: [201, 409],
      }
    },
    learn({ sent }, { status, text }) {
      if (status === 201) remember(sent, idOf(text))
    },
  },
  {
    name: 'decide',
    weight: 8,
    call({ dice, received, access }) {
      if (received.length === 0) return undefined
      const id = dice.pick(received)
      forget(received, id)
      const body = { status: dice.chance(0.6) ? 'accepted' : 'rejected' }
      // The one who asked may have withdrawn it.
      return {
        method: 'PATCH',
        path: `/api/projects/requests/${id}`,
        token: access,
        body,
        status: [200, 404, 409],
      }
    },
  },
  {
    name: 'withdraw',
    weight: 6,
    call({ dice, sent, access }) {
      if (sent.length === 0) return undefined
      const id = dice.pick(sent)
      forget(sent, id)
      // The owner may have rejected it.
      return { method: 'DELETE', path: `/api/projects/requests/${id}`, token: access, status: [204, 409] }
    },
  },
]

function keepTokens(visitor: Visitor, { text }: Answer): void {
  const { access, refresh } = JSON.parse(text) as { access: string; refresh: string }
  Object.assign(visitor, { access, refresh })
}

/** A title that this visitor writes but once. */
function titleOf(visitor: Visitor): string {
  visitor.written += 1
  return `A seed library by ${visitor.person.email.split('@')[0]}, take ${visitor.written}`
}

const idOf = (text: string): number => JSON.parse(text).id
