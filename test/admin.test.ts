import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { printFigures } from '../scripts/admin/figures.ts'
import { deleteProject } from '../scripts/admin/projects.ts'
import { rebuildAfterAsking, rebuildSearch } from '../scripts/admin/search.ts'
import { disable } from '../scripts/admin/users.ts'
import { verify, violationsOfAvatars } from '../scripts/admin/verify.ts'
import { ok, problem, send } from './support/api.ts'
import { upload } from './support/avatars.ts'
import { wrapped } from './support/bindings.ts'
import { insertProjects, insertUser } from './support/by-sql.ts'
import { idsOf } from './support/lists.ts'
import { operator, printed } from './support/operator.ts'
import { post, postWithMember, register } from './support/world.ts'

const execute = (sql: string) => env.DB.prepare(sql).run()

describe('delete-project', () => {
  it('deletes a project with its requests, out of the search too', async () => {
    const [ada, ben] = [await register(), await register()]
    const { projectId } = await postWithMember(ada, ben)
    const kept = await post(ada)
    const id = String(projectId)
    await execute(`UPDATE projects SET title = 'A ' || char(8238) || 'project' WHERE id = ${id}`)
    await expect(deleteProject(env, id, operator({ agrees: false }))).rejects.toThrow('Nothing was done.')
    await ok(send(`/api/projects/${id}`))
    expect(await printed(deleteProject, id)).toContain(
      `Deleted project ${id} of ${ada.username}, "A \\u{202e}project", with 1 request.`,
    )
    await problem(send(`/api/projects/${id}`), 404, 'not_found')
    expect(await idsOf({ owner: ada.username })).toEqual([kept])
    for (const unknown of [id, 'x', '', '1 OR 1', '9'.repeat(30)]) {
      await expect(deleteProject(env, unknown, operator())).rejects.toThrow('There is no project')
    }
  })
})

describe('figures', () => {
  it('counts what there is, and the rows that it read', async () => {
    const figures = async () => {
      const said = await printed((stores, _, terminal) => printFigures(stores, terminal))
      expect(said).not.toContain('new on 1970')
      return (name: string) => Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(said)?.[1] ?? 0)
    }
    const old = await figures()
    const [ada, ben, eve] = [await register(), await register(), await register()]
    const { projectId } = await postWithMember(ada, ben)
    await execute(`UPDATE projects SET created_at = 0 WHERE id = ${projectId}`)
    await disable(env, ben.username, operator())
    await execute(
      `UPDATE sessions SET created_at = 1, last_used_at = 1, expires_at = 2 WHERE user_id = ${eve.id}`,
    )
    const now = await figures()
    const grown = (name: string) => now(name) - old(name)
    expect([grown('users'), grown('users disabled'), grown('projects')]).toEqual([3, 1, 1])
    expect([grown('sessions alive'), grown('sessions over')]).toEqual([1, 2])
    expect([grown('requests accepted'), grown('requests pending')]).toEqual([1, 0])
    const today = `new on ${new Date().toISOString().slice(0, 10)}`
    expect(grown(today)).toBe(3)
    expect(now('rows read to tell this')).toBeGreaterThan(old('rows read to tell this'))
  })
})

describe('rebuild-search', () => {
  it('makes the index and the counts of facets anew, page by page, named as most spell them', async () => {
    const owner = await insertUser()
    const ids = await insertProjects(
      Array.from({ length: 7 }, (_, i) => ({
        title: 'Zqrebuilt',
        techStack: [i === 0 ? 'ZQTECH' : 'Zqtech'],
      })),
      owner.id,
    )
    const facet = async () => {
      const { techStack } = await ok(send('/api/projects/facets'))
      return techStack.find(({ name }: { name: string }) => name === 'Zqtech')?.count
    }
    await execute(`INSERT INTO projects_search (projects_search) VALUES ('delete-all')`)
    await execute(`UPDATE facet_folds SET counted_up_to = 1000000`)
    expect([await idsOf({ q: 'zqrebuilt' }), await facet()]).toEqual([[], undefined])
    await expect(rebuildAfterAsking(env, operator({ agrees: false }))).rejects.toThrow('Nothing was done.')
    expect(await idsOf({ q: 'zqrebuilt' })).toEqual([])
    await rebuildSearch(env.DB, 3)
    expect([await idsOf({ tech: 'zqtech', sort: 'oldest' }), await facet()]).toEqual([ids, 7])
    const count = await env.DB.prepare('SELECT count(*) AS n FROM projects').first<number>('n')
    expect(await printed((stores, _, terminal) => rebuildAfterAsking(stores, terminal))).toContain(
      `Indexed ${count} `,
    )
    expect(await idsOf({ q: 'zqrebuilt', sort: 'oldest' })).toEqual(ids)
  })
})

describe('verify', () => {
  const verified = () => printed((stores, _, terminal) => verify(stores, terminal))

  it('says that all is well, or what is not', async () => {
    const ada = await register()
    await execute(`DELETE FROM users WHERE password_hash = 'none'`)
    expect(await verified()).toContain('invariants of the database hold')
    await execute(`DELETE FROM profiles WHERE user_id = ${ada.id}`)
    const terminal = operator()
    await expect(verify(env, terminal)).rejects.toThrow('1 invariant broken or unchecked.')
    expect(terminal.read()).toContain(
      `BROKEN  Every user has a profile: 1 row at fault\n        {"id":${ada.id}}`,
    )
    await execute(`INSERT INTO profiles (user_id) VALUES (${ada.id})`)
    expect(await verified()).toContain('hold')
    const id = await post(ada, { title: 'Zqlost' })
    await execute(
      `INSERT OR REPLACE INTO projects_search (rowid, title, description, facets) VALUES (${id}, '', '', '')`,
    )
    await expect(verify(env, terminal)).rejects.toThrow('invariants broken or unchecked.')
    expect(terminal.read()).toContain('The search index finds every project by the words of its title')
    await rebuildSearch(env.DB)
    expect(await verified()).toContain('hold')
  })

  it('says what it could not check, and checks the others', async () => {
    const DB = wrapped(env.DB, {
      prepare: (sql: string) => env.DB.prepare(sql.includes('quick_check') ? 'SELECT x' : sql),
    })
    const terminal = operator()
    await expect(verify({ ...env, DB }, terminal)).rejects.toThrow('1 invariant broken or unchecked.')
    expect(terminal.read()).toContain('UNCHECKED  SQLite finds the database whole')
  })

  it('finds avatars that R2 lacks or that nobody names, however many there are', async () => {
    for (let i = 0; i < 5; i++) await ok(upload(await register()))
    const faults = async () => violationsOfAvatars(env, 2)
    expect(await faults()).toEqual([])
    const keys = (await env.AVATARS.list()).objects.map(({ key }) => key)
    await env.AVATARS.delete([keys[0] ?? '', keys[4] ?? ''])
    await env.AVATARS.put('0-stray', 'x')
    await env.AVATARS.put('zz-stray', 'x')
    await env.AVATARS.put('noted', 'x')
    await execute(`INSERT INTO discarded_avatars (key) VALUES ('noted')`)
    expect(await faults()).toEqual([
      { name: 'Every avatar that a profile shows is in R2', rows: [keys[0], keys[4]] },
      {
        name: 'Every object in R2 is shown by a profile or noted for removal',
        rows: ['0-stray', 'zz-stray'],
      },
    ])
    await expect(verify(env, operator())).rejects.toThrow('2 invariants broken or unchecked.')
  })
})
