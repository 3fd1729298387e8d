import type { Caller } from '../accounts/guard.ts'
import type { Database } from '../db/client.ts'
import type { Page } from '../http/pagination.ts'
import { selectOwnCards, selectPageOfCards } from './projects.queries.ts'
import { selectPageOfRequests } from './requests.queries.ts'
import { pageOf } from './search-pages.ts'

/** The statements ask for one row more than a page holds. */
const NEWEST_TEN: Page = { limit: 9, after: [] }

export type Dashboard = Awaited<ReturnType<typeof findDashboard>>

/** The caller's newest ten of each: own projects, joined ones, requests that wait for the caller, requests sent. */
export async function findDashboard(db: Database, caller: Caller) {
  const joined = {
    words: undefined,
    facets: [`c${caller.userId}x`],
    owner: undefined,
    collaborator: undefined,
  }
  const [owned, collaborating, received, sent] = await db.batch([
    selectOwnCards(db, caller, NEWEST_TEN),
    selectPageOfCards(db, pageOf(joined, 'newest', NEWEST_TEN)),
    selectPageOfRequests(db, 'received', caller.userId, 'pending', NEWEST_TEN),
    selectPageOfRequests(db, 'sent', caller.userId, undefined, NEWEST_TEN),
  ])
  return { owned, collaborating, received, sent }
}
