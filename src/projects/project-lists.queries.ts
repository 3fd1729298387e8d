import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Caller } from '../accounts/guard.ts'
import { personColumns, profiles, users } from '../accounts/tables.ts'
import type { Database } from '../db/client.ts'
import { type Named, prepared, type Statements } from '../db/statements.ts'
import { idRangeOf, type Page } from '../http/pagination.ts'
import type { Sort } from './schemas.ts'
import type { Search } from './search.ts'
import { describePage, type PageShape, type PageValues, pageOf } from './search-pages.ts'
import { collaborationRequests, projects } from './tables.ts'

/** Where counting pending requests stops: each that is counted is a row read, and a project may have any number of them. */
export const MAX_PENDING_COUNTED = 1000

const collaboratorCount = sql<number>`(SELECT count(*) FROM ${collaborationRequests}
  WHERE ${collaborationRequests.projectId} = ${projects.id} AND ${collaborationRequests.status} = 'accepted')`

const pendingRequestCount = sql<number>`(SELECT count(*) FROM (SELECT 1 FROM ${collaborationRequests}
  WHERE ${collaborationRequests.projectId} = ${projects.id} AND ${collaborationRequests.status} = 'pending'
  LIMIT ${sql.raw(String(MAX_PENDING_COUNTED))}))`

const cardColumns = {
  id: projects.id,
  ownerId: projects.ownerId,
  title: projects.title,
  description: projects.description,
  techStack: projects.techStack,
  rolesNeeded: projects.rolesNeeded,
  status: projects.status,
  isOpen: projects.isOpen,
  createdAt: projects.createdAt,
  updatedAt: projects.updatedAt,
  ...personColumns,
  collaboratorCount: collaboratorCount.as('collaborator_count'),
}

export type CardRow = Awaited<ReturnType<typeof selectCards>>[number]
export type OwnCardRow = Awaited<ReturnType<typeof listOwnProjects>>[number]

export function selectCards(db: Statements) {
  return db
    .select(cardColumns)
    .from(projects)
    .innerJoin(users, eq(users.id, projects.ownerId))
    .innerJoin(profiles, eq(profiles.userId, projects.ownerId))
}

/** Cards of the projects on a page, in its order. `page` is a subquery of `id`, `place` and `ordinal`. */
export function selectPageOfCards(db: Statements, page: SQL) {
  return (
    db
      .select({ ...cardColumns, place: sql<string>`page.place`.as('place') })
      .from(sql`(${page}) AS page`)
      // Not an inner join, which SQLite may turn round.
      .crossJoin(projects)
      .innerJoin(users, eq(users.id, projects.ownerId))
      .innerJoin(profiles, eq(profiles.userId, projects.ownerId))
      .where(sql`${projects.id} = page.id`)
      .orderBy(sql`page.ordinal`)
  )
}

export interface OwnCardsValues {
  userId: number
  before: number
  limit: number
}

/** Cards of an owner's projects below an id, newest first, each with the number of its pending requests. */
export function selectOwnCards(db: Statements, { userId, before, limit }: Named<OwnCardsValues>) {
  return db
    .select({ ...cardColumns, pendingRequestCount: pendingRequestCount.as('pending_request_count') })
    .from(projects)
    .innerJoin(users, eq(users.id, projects.ownerId))
    .innerJoin(profiles, eq(profiles.userId, projects.ownerId))
    .where(and(eq(projects.ownerId, userId), lt(projects.id, before)))
    .orderBy(desc(projects.id))
    .limit(limit)
}

const pageOfCards = prepared((db, values: Named<PageValues>, shape: PageShape) => [
  selectPageOfCards(db, pageOf(shape, values)),
])

/** The cards of a page of a search, and one more if there is another page. */
export async function listProjects(db: Database, search: Search, sort: Sort, page: Page) {
  const [cards] = await db.batch(pageOfCards(...describePage(search, sort, page)))
  return cards
}

const pageOfOwnCards = prepared((db, values: Named<OwnCardsValues>) => [selectOwnCards(db, values)])

/** The cards of a page of the caller's own projects, newest first, and one more if there is another page. */
export async function listOwnProjects(db: Database, caller: Caller, page: Page) {
  const [cards] = await db.batch(pageOfOwnCards({ userId: caller.userId, ...idRangeOf(page) }))
  return cards
}
