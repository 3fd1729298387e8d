import { Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import { type AppEnv, secretsOf } from '../env.ts'
import { listOf, operation } from '../http/openapi.ts'
import { byId, readPage } from '../http/pagination.ts'
import { revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import { cardAnswer, dashboardAnswer, facetsAnswer, ownCardAnswer } from './answers.ts'
import { findDashboard } from './dashboard.queries.ts'
import { findFacets, MAX_FACETS } from './facets.queries.ts'
import { listOwnProjects, listProjects } from './project-lists.queries.ts'
import { mineQuery, projectsQuery } from './schemas.ts'
import { searchOf } from './search.ts'
import { cardView, dashboardView, ownCardView } from './views.ts'

/** Projects that are shown together: of everybody, mine, by what concerns me, and the names that they share. */
export const projectListsRoutes = new Hono<AppEnv>()
  .get(
    '/',
    operation({
      operationId: 'listProjects',
      summary: 'Browse and search projects',
      description:
        'All filters combine. `relevance` puts projects first whose title has all of the words, then some, then none. `relevance`, and `updated` together with words or filters, order the newest 1,000 matches; the others follow, newest first. A project that is changed moves to the front of `updated`, and a walk that has begun does not meet it again.',
      tag: 'Projects',
      answer: { status: 200, description: 'A page of projects.', schema: listOf(cardAnswer) },
    }),
    revalidated,
    validate('query', projectsQuery),
    async (c) => {
      const query = c.req.valid('query')
      const search = searchOf(query)
      return c.json(
        await readPage(c, {
          scope: ['projects', search, query.sort],
          secrets: secretsOf(c.var.settings),
          query,
          rows: (page) => listProjects(c.var.db, search, query.sort, page),
          placeOf: ({ place }) => JSON.parse(place),
          view: (card) => cardView(card, c.var.origin),
        }),
      )
    },
  )

  .get(
    '/mine',
    operation({
      operationId: 'listMyProjects',
      summary: 'List the projects that I own',
      tag: 'Projects',
      answer: {
        status: 200,
        description: 'A page of my projects, newest first.',
        schema: listOf(ownCardAnswer),
      },
    }),
    revalidated,
    validate('query', mineQuery),
    async (c) => {
      const caller = signedIn(c)
      return c.json(
        await readPage(c, {
          scope: ['mine', caller.userId],
          secrets: secretsOf(c.var.settings),
          query: c.req.valid('query'),
          rows: (page) => listOwnProjects(c.var.db, caller, page),
          placeOf: byId,
          view: (card) => ownCardView(card, c.var.origin),
        }),
      )
    },
  )

  .get(
    '/dashboard',
    operation({
      operationId: 'getDashboard',
      summary: 'See what concerns me',
      description:
        'My newest ten of each: projects I own, projects I joined, requests that wait for me, requests I sent.',
      tag: 'Projects',
      answer: { status: 200, description: 'My dashboard.', schema: dashboardAnswer },
    }),
    revalidated,
    async (c) => {
      return c.json(dashboardView(await findDashboard(c.var.db, signedIn(c)), c.var.origin))
    },
  )

  .get(
    '/facets',
    operation({
      operationId: 'listFacets',
      summary: 'List the most used technologies and roles',
      tag: 'Projects',
      answer: { status: 200, description: `The ${MAX_FACETS} most used of each.`, schema: facetsAnswer },
    }),
    revalidated,
    async (c) => c.json(await findFacets(c.var.db)),
  )
