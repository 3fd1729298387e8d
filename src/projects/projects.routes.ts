import { Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import { type AppEnv, secretsOf } from '../env.ts'
import { idempotencyKeyReused, invalidIdempotencyKey, notFound } from '../http/errors.ts'
import { idempotencyKey } from '../http/idempotency.ts'
import { listOf, operation } from '../http/openapi.ts'
import { byId, readPage } from '../http/pagination.ts'
import { revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import { inForce, POST_POLICY } from '../limits.ts'
import { cardAnswer, dashboardAnswer, facetsAnswer, ownCardAnswer, projectAnswer } from './answers.ts'
import { findDashboard } from './dashboard.queries.ts'
import { notOwner } from './errors.ts'
import { findFacets, MAX_FACETS } from './facets.queries.ts'
import { listOwnProjects, listProjects } from './project-lists.queries.ts'
import { createProject, deleteProject, findProject, updateProject } from './projects.queries.ts'
import { mineQuery, projectBody, projectParam, projectPatch, projectsQuery } from './schemas.ts'
import { searchOf } from './search.ts'
import { cardView, dashboardView, ownCardView, projectView } from './views.ts'

export const projectsRoutes = new Hono<AppEnv>()
  .get(
    '/',
    operation({
      operationId: 'listProjects',
      summary: 'Browse and search projects',
      description:
        'All filters combine. `relevance` puts projects first whose title has all of the words, then some, then none. `relevance`, and `updated` together with words or filters, order the newest 1,000 matches; the others follow, newest first.',
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

  .post(
    '/',
    operation({
      operationId: 'createProject',
      summary: 'Post a project',
      description: `One owner may post ${POST_POLICY.quota} projects an hour. One more is a 429.`,
      tag: 'Projects',
      answer: {
        status: 201,
        description: 'The project.',
        schema: projectAnswer,
        headers: { Location: 'Where it is.' },
      },
      problems: [invalidIdempotencyKey(), idempotencyKeyReused()],
    }),
    idempotencyKey,
    validate('json', projectBody),
    async (c) => {
      const caller = signedIn(c)
      const { 'Idempotency-Key': key } = c.req.valid('header')
      const posts = inForce(c, POST_POLICY)
      const project = await createProject(c.var.db, caller, c.req.valid('json'), posts, key)
      return c.json(projectView(project, caller.userId, c.var.origin), 201, {
        Location: `/api/projects/${project.card.id}`,
      })
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

  .get(
    '/:id',
    operation({
      operationId: 'getProject',
      summary: 'Read a project',
      tag: 'Projects',
      answer: {
        status: 200,
        description: 'The project, its collaborators, and what it is to the viewer.',
        schema: projectAnswer,
      },
      problems: [notFound('project')],
    }),
    revalidated,
    validate('param', projectParam),
    async (c) => {
      const project = await findProject(c.var.db, c.req.valid('param').id, c.var.caller)
      return c.json(projectView(project, c.var.caller?.userId, c.var.origin))
    },
  )

  .patch(
    '/:id',
    operation({
      operationId: 'updateProject',
      summary: 'Change my project',
      description: 'Changes what the body names.',
      tag: 'Projects',
      answer: { status: 200, description: 'The project as it is now.', schema: projectAnswer },
      problems: [notOwner(), notFound('project')],
    }),
    validate('param', projectParam),
    validate('json', projectPatch),
    async (c) => {
      const caller = signedIn(c)
      const project = await updateProject(c.var.db, caller, c.req.valid('param').id, c.req.valid('json'))
      return c.json(projectView(project, caller.userId, c.var.origin))
    },
  )

  .delete(
    '/:id',
    operation({
      operationId: 'deleteProject',
      summary: 'Delete my project and its requests',
      tag: 'Projects',
      answer: { status: 204, description: 'The project is gone.' },
      problems: [notOwner(), notFound('project')],
    }),
    validate('param', projectParam),
    async (c) => {
      await deleteProject(c.var.db, signedIn(c), c.req.valid('param').id)
      return c.body(null, 204)
    },
  )
