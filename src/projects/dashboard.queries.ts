import type { Caller } from '../accounts/guard.ts'
import type { Database } from '../db/client.ts'
import { type Named, prepared } from '../db/statements.ts'
import { idRangeOf, type Page } from '../http/pagination.ts'
import { type OwnCardsValues, selectOwnCards, selectPageOfCards } from './project-lists.queries.ts'
import { type RequestsValues, selectPageOfRequests } from './request-lists.queries.ts'
import { joinedBy } from './search.ts'
import { describePage, type PageShape, type PageValues, pageOf } from './search-pages.ts'

/** Ten rows: the statements ask for one more than a page holds, and here all of them are shown. */
const NEWEST_TEN: Page = { limit: 9, after: [] }

export type Dashboard = Awaited<ReturnType<typeof findDashboard>>

/** The caller's newest ten of each: own projects, joined ones, requests that wait for the caller, requests sent. */
export async function findDashboard(db: Database, { userId }: Caller) {
  const [values, shape] = describePage(joinedBy(userId), 'newest', NEWEST_TEN)
  const [owned, collaborating, received, sent] = await db.batch(
    dashboard({ ...values, userId, of: userId, ...idRangeOf(NEWEST_TEN) }, shape),
  )
  return { owned, collaborating, received, sent }
}

const dashboard = prepared(
  (db, values: Named<PageValues & OwnCardsValues & RequestsValues>, joined: PageShape) => [
    selectOwnCards(db, values),
    selectPageOfCards(db, pageOf(joined, values)),
    selectPageOfRequests(db, { list: 'received', status: 'pending' }, values),
    selectPageOfRequests(db, { list: 'sent', status: undefined }, values),
  ],
)
