import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { emailOf, SEED_DOMAIN, seedPeople, YEAR_MS } from '../scripts/seed-people.ts'
import { seedProjects } from '../scripts/seed-projects.ts'
import { countSeeded, findBusiest, removeSeeded, writePeople, writeProjects } from '../scripts/seed-store.ts'
import { ok, send } from './support/api.ts'
import { moveElsewhere } from './support/backups.ts'
import { violations } from './support/invariants.ts'
import { idsOf } from './support/lists.ts'
import { ask, postWithMember, register } from './support/world.ts'

const NOW = Date.UTC(2026, 5, 1)
/** More of each than are written at once. */
const SIZE = { people: 520, projects: 530 }
const HASH = `$2b$10$${'h'.repeat(53)}`

async function seed() {
  await removeSeeded(env.DB)
  await writePeople(env.DB, seedPeople(SIZE.people, NOW), HASH)
  await writeProjects(env.DB, seedProjects(SIZE, NOW))
}

const rowsOf = async (sql: string) => (await env.DB.prepare(sql).all()).results

beforeEach(moveElsewhere)

describe('A seeded world', () => {
  it('is one in which everything holds that must, and of the size asked for', async () => {
    await seed()
    expect(await violations()).toEqual({})
    const figures = await countSeeded(env.DB)
    expect(figures).toMatchObject(SIZE)
    const [open, pending] = [
      'SELECT id FROM projects WHERE is_open',
      `SELECT id FROM collaboration_requests WHERE status = 'pending'`,
    ]
    expect(figures?.open).toBe((await rowsOf(open)).length)
    expect(figures?.pending).toBe((await rowsOf(pending)).length)
  })

  it('is the same another time, but for moments and ids', async () => {
    const contents = async () => {
      await seed()
      return [
        await rowsOf(
          'SELECT email, username, display_name, bio, skills, github_url FROM users JOIN profiles ON user_id = users.id ORDER BY users.id',
        ),
        await rowsOf(
          'SELECT title, description, tech_stack, roles_needed, status, is_open FROM projects ORDER BY id',
        ),
        await rowsOf(
          'SELECT email, message, role, status FROM collaboration_requests JOIN users ON users.id = requester_id ORDER BY collaboration_requests.id',
        ),
      ]
    }
    expect(await contents()).toEqual(await contents())
  })

  it('leaves alone whoever is not of it, when it is made and when it is made anew', async () => {
    const names = [emailOf(0).split('@')[0] ?? '', 'bystander']
    const [namesake, bystander] = [await register({ username: names[0] ?? '' }), await register()]
    const { projectId } = await postWithMember(namesake, bystander)
    const strangers = [`x@not-${SEED_DOMAIN}`, `y@${SEED_DOMAIN}.org`]
    for (const [i, email] of strangers.entries()) {
      await env.DB.prepare(
        `INSERT INTO users (email, username, password_hash, created_at) VALUES (?, ?, ?, 0)`,
      )
        .bind(email, `stranger-${i}`, HASH)
        .run()
    }
    await seed()
    await ask(bystander, (await idsOf({ owner: `${names[0]}-seed` }))[0] ?? 0)
    await seed()
    await removeSeeded(env.DB)
    expect(await rowsOf('SELECT email FROM users ORDER BY id')).toEqual(
      [namesake.email, bystander.email, ...strangers].map((email) => ({ email })),
    )
    const { collaboratorCount, owner } = await ok(send(`/api/projects/${projectId}`))
    expect([collaboratorCount, owner.username]).toEqual([1, namesake.username])
    expect(await rowsOf('SELECT project_id AS id FROM collaboration_requests')).toEqual([{ id: projectId }])
  })

  it('has happened in order, and by now', async () => {
    await seed()
    const early = `
      SELECT projects.id FROM projects JOIN users AS owner ON owner.id = owner_id
        WHERE owner.created_at > projects.created_at OR projects.created_at > updated_at OR updated_at > ${NOW}
          OR projects.created_at < ${NOW - YEAR_MS}
      UNION ALL SELECT request.id FROM collaboration_requests AS request
        JOIN users AS requester ON requester.id = requester_id JOIN projects ON projects.id = project_id
        WHERE max(requester.created_at, projects.created_at) > request.created_at
          OR request.created_at > coalesce(decided_at, ${NOW}) OR decided_at > ${NOW}`
    expect(await rowsOf(early)).toEqual([])
    for (const table of ['users', 'projects']) {
      expect(await rowsOf(`SELECT id FROM ${table} ORDER BY created_at, id`)).toEqual(
        await rowsOf(`SELECT id FROM ${table} ORDER BY id`),
      )
    }
  })

  it('tells of the one for whom the most requests wait', async () => {
    await seed()
    const waiting = await rowsOf(`
      SELECT email, count(*) AS waiting FROM collaboration_requests JOIN users ON users.id = owner_id
      WHERE status = 'pending' GROUP BY users.id ORDER BY waiting DESC, users.id LIMIT 1`)
    expect(await findBusiest(env.DB)).toMatchObject(waiting[0] ?? {})
  })
})
