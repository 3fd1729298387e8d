import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { FACET } from '../src/projects/search.ts'
import { ok, send } from './support/api.ts'
import { insertProjects, insertRequests, insertUser, stored } from './support/by-sql.ts'
import { idsOf } from './support/lists.ts'
import { PASSWORD } from './support/secrets.ts'
import { postWithMember, register } from './support/world.ts'

const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()
const indexed = () => env.DB.prepare('SELECT count(*) AS count FROM projects_search').first<number>('count')

let names = 0
/** A word, and a technology, that nothing else bears. */
const unique = () => `zq${++names}zq`

/** A project that SQL inserted, and the words it is found by. */
async function inserted() {
  const [owner, word] = [await insertUser(), unique()]
  const fields = { title: `Title ${word}`, techStack: [word], rolesNeeded: [`${word}+`] }
  const [id = 0] = await insertProjects([fields], owner.id)
  return { id, owner, word }
}

describe('The search index', () => {
  it('knows a project that SQL inserted', async () => {
    const { id, owner, word } = await inserted()
    for (const query of [
      { q: word },
      { tech: word },
      { role: `${word}+` },
      { owner: owner.username },
      { q: word, status: 'planning', isOpen: true },
    ]) {
      expect(await idsOf(query)).toEqual([id])
    }
  })

  it('follows whatever SQL updates of a project', async () => {
    const { id, word } = await inserted()
    const other = unique()
    const updates: [sql: string, value: unknown, before: object, after: object][] = [
      ['title = ?', `Now ${other}`, { q: word }, { q: other }],
      ['description = ?', 'zqdescribed', { q: other, status: 'completed' }, { q: 'zqdescribed' }],
      ['tech_stack = ?', stored([other]), { tech: word }, { tech: other }],
      ['roles_needed = ?', stored([other]), { role: `${word}+` }, { role: other }],
      ['status = ?', 'completed', { tech: other, status: 'planning' }, { tech: other, status: 'completed' }],
      ['is_open = ?', 0, { tech: other, isOpen: true }, { tech: other, isOpen: false }],
    ]
    for (const [sql, value, before, after] of updates) {
      await run(`UPDATE projects SET ${sql} WHERE id = ?`, value, id)
      expect([await idsOf({ ...before }), await idsOf({ ...after })], sql).toEqual([[], [id]])
    }
  })

  it('follows many projects that one statement updates and deletes', async () => {
    const [owner, word] = [await insertUser(), unique()]
    const ids = await insertProjects(
      Array.from({ length: 5 }, () => ({ title: word })),
      owner.id,
    )
    await run('UPDATE projects SET title = title || ? WHERE owner_id = ?', ' zqmany', owner.id)
    expect(await idsOf({ q: `zqmany ${word}`, sort: 'oldest' })).toEqual(ids)
    await run('DELETE FROM projects WHERE owner_id = ? AND id <> ?', owner.id, ids[2])
    expect(await idsOf({ q: word })).toEqual([ids[2]])
  })

  it('forgets a project that SQL deletes, and keeps nothing of it', async () => {
    const { id, word } = await inserted()
    const before = await indexed()
    await run('DELETE FROM projects WHERE id = ?', id)
    expect(await idsOf({ q: word })).toEqual([])
    expect(await idsOf({ tech: word })).toEqual([])
    expect(await indexed()).toBe((before ?? 0) - 1)
  })

  it('knows no project whose insertion was rolled back', async () => {
    const { owner } = await inserted()
    const before = await indexed()
    const insert = env.DB.prepare(
      `INSERT INTO projects (owner_id, title, description, created_at, updated_at) VALUES (?, 'Zqrolled back', 'x', 0, 0)`,
    )
    const failing = env.DB.prepare(`SELECT json('not JSON')`)
    await expect(env.DB.batch([insert.bind(owner.id), failing])).rejects.toThrow()
    expect([await idsOf({ q: 'zqrolled' }), await indexed()]).toEqual([[], before])
  })

  it.each(['pending', 'rejected', 'accepted'] as const)(
    'knows for a collaborator one whom SQL inserts as %s only if accepted',
    async (status) => {
      const [{ id }, member] = [await inserted(), await insertUser()]
      await insertRequests([{ projectId: id, requesterId: member.id, status }])
      expect(await idsOf({ collaborator: member.username })).toEqual(status === 'accepted' ? [id] : [])
    },
  )

  it('follows what SQL updates and deletes of requests', async () => {
    const [{ id, word }, member] = [await inserted(), await insertUser()]
    await insertRequests([{ projectId: id, requesterId: member.id, status: 'pending' }])
    const found = () => idsOf({ collaborator: member.username, q: word })
    for (const [status, ids] of [
      ['accepted', [id]],
      ['rejected', []],
      ['accepted', [id]],
    ] as const) {
      await run(
        'UPDATE collaboration_requests SET status = ?, decided_at = 1 WHERE requester_id = ?',
        status,
        member.id,
      )
      expect(await found(), status).toEqual(ids)
    }
    await run('DELETE FROM collaboration_requests WHERE requester_id = ?', member.id)
    expect(await found()).toEqual([])
    expect(await idsOf({ q: word })).toEqual([id])
  })

  it('loses the projects of a user whom SQL deletes, joined ones included, and nothing else', async () => {
    const [{ id, owner, word }, member, other] = [await inserted(), await insertUser(), await inserted()]
    await insertRequests([
      { projectId: id, requesterId: member.id, status: 'accepted' },
      { projectId: other.id, requesterId: member.id, status: 'accepted' },
      { projectId: other.id, requesterId: owner.id, status: 'accepted' },
    ])
    const before = await indexed()
    await run('DELETE FROM users WHERE id = ?', owner.id)
    expect(await idsOf({ q: word })).toEqual([])
    expect(await idsOf({ collaborator: member.username })).toEqual([other.id])
    expect(await indexed()).toBe((before ?? 0) - 1)
    await run('DELETE FROM users WHERE id = ?', member.id)
    expect(await idsOf({ q: other.word })).toEqual([other.id])
    const facets = await env.DB.prepare('SELECT facets FROM project_documents WHERE id = ?')
      .bind(other.id)
      .first('facets')
    expect(facets).not.toMatch(/ c\d+x/)
  })

  it('loses the projects of an account that is deleted', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    const options = { method: 'DELETE', token: owner.access, body: { password: PASSWORD } }
    await ok(send('/api/accounts/me', options), 204)
    expect(await idsOf({ collaborator: member.username })).toEqual([])
    expect((await idsOf({ q: 'project', limit: 100 })).includes(projectId)).toBe(false)
  })

  it('takes nothing in a text for a facet or for a word of the title, whatever it looks like', async () => {
    const owner = await insertUser()
    const forged = `${FACET}t7a71666f72676564x ${FACET}u1x \u{e001}zqforgery`
    const texts = [
      { title: `Zqforgery ${forged}`, description: 'Of glass.' },
      { title: 'Of glass', description: 'A zqforgery.' },
      { title: 'Of glass', description: `${forged} zqforgery` },
    ]
    const ids = await insertProjects(texts, owner.id)
    expect(await idsOf({ tech: 'zqforged' })).toEqual([])
    expect(await idsOf({ owner: owner.username, tech: 'zqforged' })).toEqual([])
    expect(await idsOf({ q: 'zqforgery', sort: 'relevance' })).toEqual([0, 2, 1].map((index) => ids[index]))
  })

  it.each([
    ['a facet', '\u{e000}'],
    ['a word of the title', '\u{e001}'],
  ])('finds a word that a text marks as if it were %s', async (_, mark) => {
    const owner = await insertUser()
    const texts = [{ title: `Of ${mark}zqmarked` }, { description: `Of ${mark}zqmarked.` }]
    const [inTitle, inDescription] = await insertProjects(texts, owner.id)
    const query = { owner: owner.username, q: 'zqmarked', sort: 'relevance' }
    expect(await idsOf(query)).toEqual([inTitle, inDescription])
  })

  it('can be made anew, and is the same', async () => {
    const { id, word } = await inserted()
    await run(`INSERT INTO projects_search (projects_search) VALUES ('delete-all')`)
    expect(await idsOf({ q: word })).toEqual([])
    await run(`INSERT INTO projects_search (rowid, title, description, facets)
      SELECT id, title, description, facets FROM project_documents`)
    expect(await idsOf({ q: word, tech: word, status: 'planning' })).toEqual([id])
    await run('DELETE FROM projects WHERE id = ?', id)
    expect(await idsOf({ q: word })).toEqual([])
  })
})
