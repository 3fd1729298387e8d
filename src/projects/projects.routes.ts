import { Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import { type AppEnv, secretsOf } from '../env.ts'
import { byId, Pages } from '../http/pagination.ts'
import { revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import { findDashboard } from './dashboard.queries.ts'
import { findFacets } from './facets.queries.ts'
import {
  createProject,
  deleteProject,
  findProject,
  listOwnProjects,
  listProjects,
  updateProject,
} from './projects.queries.ts'
import { idParam, mineQuery, projectBody, projectPatch, projectsQuery } from './schemas.ts'
import { searchOf } from './search.ts'
import { cardView, dashboardView, ownCardView, projectView } from './views.ts'

export const projectsRoutes = new Hono<AppEnv>()
  .get('/', revalidated, validate('query', projectsQuery), async (c) => {
    const query = c.req.valid('query')
    const search = searchOf(query)
    const pages = new Pages(['projects', search, query.sort], secretsOf(c.var.settings))
    const page = await pages.read(query)
    const cards = await listProjects(c.var.db, search, query.sort, page)
    return c.json(
      await pages.envelope(
        page,
        cards,
        ({ place }) => JSON.parse(place),
        (card) => cardView(card, c.var.origin),
      ),
    )
  })

  .post('/', validate('json', projectBody), async (c) => {
    const caller = signedIn(c)
    const project = await createProject(c.var.db, caller, c.req.valid('json'))
    return c.json(projectView(project, caller.userId, c.var.origin), 201, {
      Location: `/api/projects/${project.card.id}`,
    })
  })

  .get('/mine', revalidated, validate('query', mineQuery), async (c) => {
    const caller = signedIn(c)
    const pages = new Pages(['mine', caller.userId], secretsOf(c.var.settings))
    const page = await pages.read(c.req.valid('query'))
    return c.json(
      await pages.envelope(page, await listOwnProjects(c.var.db, caller, page), byId, (card) =>
        ownCardView(card, c.var.origin),
      ),
    )
  })

  .get('/dashboard', revalidated, async (c) => {
    return c.json(dashboardView(await findDashboard(c.var.db, signedIn(c)), c.var.origin))
  })

  .get('/facets', revalidated, async (c) => c.json(await findFacets(c.var.db)))

  .get('/:id', revalidated, validate('param', idParam), async (c) => {
    const project = await findProject(c.var.db, c.req.valid('param').id, c.var.caller)
    return c.json(projectView(project, c.var.caller?.userId, c.var.origin))
  })

  .patch('/:id', validate('param', idParam), validate('json', projectPatch), async (c) => {
    const caller = signedIn(c)
    const project = await updateProject(c.var.db, caller, c.req.valid('param').id, c.req.valid('json'))
    return c.json(projectView(project, caller.userId, c.var.origin))
  })

  .delete('/:id', validate('param', idParam), async (c) => {
    await deleteProject(c.var.db, signedIn(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
