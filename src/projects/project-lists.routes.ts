import { Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import { type AppEnv, secretsOf } from '../env.ts'
import { operation } from '../http/openapi.ts'
import { answerPage, byId, pageAnswer } from '../http/pagination.ts'
import { REVALIDATED, revalidated } from '../http/revalidated.ts'
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
        'All filters combine. `relevance` puts projects first whose title has all of the words, then some, then none. `relevance`, and `updated` together with words or filters, order the newest 1,000 matches; the others follow, newest first. A project that is changed while you page through `updated` moves to the front, and no later page has it.',
      tag: 'Projects',
      answer: pageAnswer('A page of projects.', cardAnswer),
    }),
    validate('query', projectsQuery),
    async (c) => {
      const { db, settings, origin } = c.var
      const query = c.req.valid('query')
      const search = searchOf(query)
      return answerPage(c, {
        scope: ['projects', search, query.sort],
        secrets: secretsOf(settings),
        query,
        rows: (page) => listProjects(db, search, query.sort, page),
        placeOf: ({ place }) => JSON.parse(place),
        view: (card) => cardView(card, origin),
      })
    },
  )

  .get(
    '/mine',
    operation({
      operationId: 'listMyProjects',
      summary: 'List the projects that I own',
      tag: 'Projects',
      answer: pageAnswer('A page of my projects, newest first.', ownCardAnswer),
    }),
    validate('query', mineQuery),
    async (c) => {
      const { db, settings, origin } = c.var
      const caller = signedIn(c)
      return answerPage(c, {
        scope: ['mine', caller.userId],
        secrets: secretsOf(settings),
        query: c.req.valid('query'),
        rows: (page) => listOwnProjects(db, caller, page),
        placeOf: byId,
        view: (card) => ownCardView(card, origin),
      })
    },
  )

  .get(
    '/dashboard',
    operation({
      operationId: 'getDashboard',
      summary: 'Read my dashboard',
      description:
        'My newest ten of each: projects I own, projects I joined, requests that wait for me, requests I sent.',
      tag: 'Projects',
      answer: { status: 200, description: 'My dashboard.', schema: dashboardAnswer, headers: REVALIDATED },
    }),
    async (c) => {
      const { db, origin } = c.var
      return revalidated(c, dashboardView(await findDashboard(db, signedIn(c)), origin))
    },
  )

  .get(
    '/facets',
    operation({
      operationId: 'listFacets',
      summary: 'List the most used technologies and roles',
      tag: 'Projects',
      answer: {
        status: 200,
        description: `The ${MAX_FACETS} most used of each, as most projects of late spell them.`,
        schema: facetsAnswer,
        headers: REVALIDATED,
      },
    }),
    async (c) => revalidated(c, await findFacets(c.var.db)),
  )
