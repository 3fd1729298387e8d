import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { users } from '../accounts/tables.ts'
import { namesText, timestamp } from '../db/columns.ts'

export const PROJECT_STATUSES = ['planning', 'in_progress', 'completed'] as const
export const REQUEST_STATUSES = ['pending', 'accepted', 'rejected'] as const

/** Triggers of the migrations keep `projects_search` in step with what it indexes of a row. */
export const projects = sqliteTable(
  'projects',
  {
    // Newest first is the order of the primary key.
    id: integer('id').primaryKey({ autoIncrement: true }),
    ownerId: integer('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    description: text('description').notNull(),
    techStack: namesText('tech_stack').notNull().default(sql`'[]'`),
    rolesNeeded: namesText('roles_needed').notNull().default(sql`'[]'`),
    status: text('status', { enum: PROJECT_STATUSES }).notNull().default('planning'),
    isOpen: integer('is_open', { mode: 'boolean' }).notNull().default(true),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    /** The `Idempotency-Key` that the project was posted with, if any, and the digest of what was posted. */
    idempotencyKey: text('idempotency_key'),
    idempotencyDigest: text('idempotency_digest'),
  },
  (t) => [
    // Serves the owner's own list, and is what a request's (owner_id, project_id) refers to.
    uniqueIndex('projects_owner_id').on(t.ownerId, t.id),
    // Holds the id too. The other orders are those of the primary key.
    index('projects_updated_at').on(t.updatedAt),
    // Partial: what is posted without a key writes no entry.
    uniqueIndex('projects_idempotency_key')
      .on(t.ownerId, t.idempotencyKey)
      .where(sql`${t.idempotencyKey} IS NOT NULL`),
    check('projects_title_length', sql`length(${t.title}) BETWEEN 3 AND 120`),
    check('projects_description_length', sql`length(${t.description}) BETWEEN 1 AND 10000`),
    check(
      'projects_tech_stack_list',
      sql`json_valid(${t.techStack}) AND json_array_length(${t.techStack}) <= 20`,
    ),
    check(
      'projects_roles_needed_list',
      sql`json_valid(${t.rolesNeeded}) AND json_array_length(${t.rolesNeeded}) <= 20`,
    ),
    check('projects_status', sql`${t.status} IN ('planning', 'in_progress', 'completed')`),
    check('projects_is_open', sql`${t.isOpen} IN (0, 1)`),
  ],
)

/** A person's wish to join a project. An accepted one is what makes a collaborator. */
export const collaborationRequests = sqliteTable(
  'collaboration_requests',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: integer('project_id').notNull(),
    /** The project's owner, who never changes: here so that received requests are one range of one index. */
    ownerId: integer('owner_id').notNull(),
    requesterId: integer('requester_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    message: text('message').notNull(),
    role: text('role'),
    status: text('status', { enum: REQUEST_STATUSES }).notNull().default('pending'),
    createdAt: timestamp('created_at').notNull(),
    decidedAt: timestamp('decided_at'),
  },
  (t) => [
    foreignKey({
      columns: [t.ownerId, t.projectId],
      foreignColumns: [projects.ownerId, projects.id],
    }).onDelete('cascade'),
    uniqueIndex('collaboration_requests_once').on(t.projectId, t.requesterId),
    // Each holds the id too, so that a page is a range of it: by status, and by all three statuses merged.
    index('collaboration_requests_project').on(t.projectId, t.status),
    index('collaboration_requests_owner').on(t.ownerId, t.status),
    index('collaboration_requests_requester').on(t.requesterId, t.status),
    check('collaboration_requests_not_own', sql`${t.requesterId} <> ${t.ownerId}`),
    check('collaboration_requests_message_length', sql`length(${t.message}) BETWEEN 1 AND 2000`),
    check('collaboration_requests_role_length', sql`length(${t.role}) BETWEEN 1 AND 40`),
    check('collaboration_requests_status', sql`${t.status} IN ('pending', 'accepted', 'rejected')`),
    check('collaboration_requests_decided', sql`(${t.status} = 'pending') = (${t.decidedAt} IS NULL)`),
  ],
)

/** How many projects up to `facetFolds.countedUpTo` name a technology or a role. Kept by triggers, see the migration. */
export const facetCounts = sqliteTable(
  'facet_counts',
  {
    kind: text('kind', { enum: ['tech', 'role'] }).notNull(),
    /** The name, case-folded. */
    key: text('key').notNull(),
    name: text('name').notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.key] }), index('facet_counts_count').on(t.kind, t.count)],
)

/** One row: the id of the last project that is counted in `facetCounts`. */
export const facetFolds = sqliteTable('facet_folds', { countedUpTo: integer('counted_up_to').notNull() })
