import { FIELDS } from '../../scripts/seed-words.ts'
import type { Answer } from '../client.ts'
import { listPath } from '../endpoints.ts'
import { type Kind, remember } from './kinds.ts'
import type { Visitor } from './visitors.ts'

const WORDS = ['sqlite', 'week', 'offline', 'maps', 'notes', 'team', 'garden', 'weather', 'ty']
const TECHS = [...new Set(FIELDS.flatMap(({ stacks }) => stacks).flatMap((stack) => stack.split(', ')))]

export const READS: Kind[] = [
  { name: 'newest', weight: 180, call: () => ({ path: '/api/projects' }), learn: seeCards },
  {
    name: 'next page',
    weight: 60,
    call: ({ nextPage }) => (nextPage === undefined ? undefined : { path: nextPage }),
    learn: seeCards,
  },
  {
    name: 'q and filters',
    weight: 120,
    call: ({ dice }) => ({
      path: listPath({
        ...(dice.chance(0.7) && { q: dice.pickSkewed(WORDS) }),
        ...(dice.chance(0.5) && { tech: dice.pickSkewed(TECHS) }),
        isOpen: 'true',
      }),
    }),
    learn: seeCards,
  },
  { name: 'facets', weight: 50, call: () => ({ path: '/api/projects/facets' }) },
  {
    name: 'project',
    weight: 170,
    call: ({ dice, seen }) => (seen.length > 0 ? { path: `/api/projects/${dice.pick(seen)}` } : undefined),
  },
  {
    name: 'project, signed in',
    weight: 120,
    call: ({ dice, seen, access }) =>
      seen.length > 0 ? { path: `/api/projects/${dice.pick(seen)}`, token: access } : undefined,
  },
  {
    name: 'profile',
    weight: 60,
    call: ({ dice, usernames }) =>
      usernames.length > 0 ? { path: `/api/accounts/users/${dice.pick(usernames)}` } : undefined,
  },
  {
    ...own('mine', 40, '/api/projects/mine'),
    learn: ({ owned }, { text }) => remember(owned, ...idsOf(text)),
  },
  own('dashboard', 60, '/api/projects/dashboard'),
  {
    ...own('received, pending', 30, '/api/projects/requests/received?status=pending'),
    learn: ({ received }, { text }) => remember(received, ...idsOf(text)),
  },
  own('received', 10, '/api/projects/requests/received'),
  own('sent', 30, '/api/projects/requests/sent'),
  {
    name: 'revalidated',
    weight: 60,
    call({ dice, kept, access }) {
      if (kept.length === 0) return undefined
      const { path, isSignedIn, etag } = dice.pick(kept)
      return { path, etag, status: [200, 304], ...(isSignedIn && { token: access }) }
    },
  },
]

/** What only the one who is signed in sees. */
function own(name: string, weight: number, path: string): Kind {
  return { name, weight, call: ({ access }) => ({ path, token: access }) }
}

function seeCards(visitor: Visitor, { text, headers }: Answer): void {
  const { items } = JSON.parse(text) as { items: { id: number; owner: { username: string } }[] }
  remember(visitor.seen, ...items.map(({ id }) => id))
  remember(visitor.usernames, ...items.map(({ owner }) => owner.username))
  const next = /^<([^>]+)>/.exec([headers.link].flat()[0] ?? '')?.[1]
  const url = next === undefined ? undefined : new URL(next)
  visitor.nextPage = url && url.pathname + url.search
}

const idsOf = (text: string) => (JSON.parse(text).items as { id: number }[]).map(({ id }) => id)
