import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { BACKUP_TABLES, DERIVED_TABLES } from '../scripts/admin/backup-format.ts'
import { Refusal } from '../scripts/admin/stores.ts'
import { verify } from '../scripts/admin/verify.ts'
import { ok, problem, send } from './support/api.ts'
import { avatarUrlOf, fetched, keysStored, PIXEL, removeAvatar, upload } from './support/avatars.ts'
import { everything, measured, moveElsewhere, restoreBackup, takeBackup } from './support/backups.ts'
import { stored } from './support/by-sql.ts'
import { idsOf } from './support/lists.ts'
import { operator } from './support/operator.ts'
import { PASSWORD } from './support/secrets.ts'
import { ask, type Person, post, postWithMember, register } from './support/world.ts'

const execute = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()
const deleteAccount = (person: Person) =>
  send('/api/accounts/me', { method: 'DELETE', token: person.access, body: { password: PASSWORD } })

/** Texts that a careless copy would change. */
const TEXTS = [
  `It's "quoted" \\ 'twice'; DROP TABLE users; -- ?1 $1 \${x}`,
  'Line\nfeed\ttab\u2028separator\u2029 and more',
  '漢字 ελληνικά e\u0301 عربى \u202e 👩‍👩‍👧 \u{10ffff}',
  '["users",[1]]',
  '{"rows":{}}',
  'null',
  '1.0',
  '  spaces  ',
]

/** Two people with a project that one has joined, an avatar each, a request that waits; and texts of all kinds. */
async function makeWorld() {
  const [ada, ben, gone] = [
    await register({ displayName: TEXTS[2] ?? '' }),
    await register(),
    await register(),
  ]
  const { projectId } = await postWithMember(ada, ben)
  const ids = [projectId]
  for (const text of TEXTS) {
    ids.push(
      await post(ada, {
        title: `Zq ${text}`,
        description: text,
        techStack: ['C++', text.trim().slice(0, 9)],
      }),
    )
  }
  await ask(ben, ids[1] ?? 0, { message: TEXTS[0] })
  for (const person of [ada, ben]) await ok(upload(person, PIXEL))
  await ok(removeAvatar(ben), 204)
  const last = await post(ada)
  await ok(send(`/api/projects/${last}`, { method: 'DELETE', token: ada.access }), 204)
  await ok(deleteAccount(gone), 204)
  return { ada, ben, gone, ids, last }
}

const SEARCHES = [
  { q: 'zq' },
  { tech: 'c++' },
  { q: 'ελληνικά' },
  { q: 'quot' },
  { q: 'zq', sort: 'updated' },
  { q: 'project' },
]
const found = () => Promise.all(SEARCHES.map((query) => idsOf({ ...query, limit: 100 })))
const isWell = () => verify(env, operator())

beforeEach(moveElsewhere)

describe('A backup', () => {
  it('holds every table, or there is a reason', async () => {
    const { results } = await env.DB.prepare(
      `SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name <> 'd1_migrations'`,
    ).all<{ name: string }>()
    const known = [...BACKUP_TABLES.map(({ name }) => name), ...DERIVED_TABLES]
    expect(results.map(({ name }) => name).sort()).toEqual(known.sort())
    for (const { name, columns } of BACKUP_TABLES) {
      const { results } = await env.DB.prepare(`SELECT name FROM pragma_table_info('${name}')`).all()
      expect(results.map((column) => column.name).sort()).toEqual([...columns].sort())
    }
  })

  it('is brought back row by row, with ids, types, avatars and searches', async () => {
    const { ada, ben, ids } = await makeWorld()
    const [rows, keys, searches] = [await everything(), await keysStored(), await found()]
    const picture = await fetched((await avatarUrlOf(ada)) ?? '')
    const lines = await takeBackup()
    await moveElsewhere()
    await restoreBackup(lines)
    expect(await everything()).toEqual(rows)
    expect(await keysStored()).toEqual(keys)
    expect(await fetched((await avatarUrlOf(ada)) ?? '')).toEqual(picture)
    expect(await found()).toEqual(searches)
    expect(searches[0]?.length).toBe(TEXTS.length)
    expect(await idsOf({ collaborator: ben.username })).toEqual([ids[0]])
    await isWell()
  })

  it('lets life go on: sessions, new rows, and no id that was given out before', async () => {
    const { ada, ben, gone, last } = await makeWorld()
    const lines = await takeBackup()
    await moveElsewhere()
    await restoreBackup(lines)
    await ok(send('/api/accounts/me', { token: ben.access }))
    await ok(send('/api/accounts/refresh', { body: { refresh: ada.refresh } }))
    const [eve, project] = [await register(), await post(ben, { title: 'Zqafterwards' })]
    expect(eve.id).toBeGreaterThan(gone.id)
    expect(project).toBeGreaterThan(last)
    await ask(eve, project)
    expect(await idsOf({ q: 'zqafterwards' })).toEqual([project])
    await problem(send('/api/accounts/me', { token: gone.access }), 401, 'unauthenticated')
    await isWell()
  })

  it('keeps whatever value a column may hold', async () => {
    const { ids } = await makeWorld()
    await execute(
      `UPDATE projects SET created_at = 0.1 + 0.2, updated_at = 9007199254740993 WHERE id = ${ids[0]}`,
    )
    await execute(`UPDATE projects SET created_at = -1e300, updated_at = '12 o''clock' WHERE id = ${ids[1]}`)
    await execute(`UPDATE projects SET title = 'abc' || char(0) || 'd' WHERE id = ${ids[2]}`)
    const rows = await everything()
    expect(JSON.stringify(rows)).toContain('9007199254740993')
    const lines = await takeBackup()
    await moveElsewhere()
    await restoreBackup(lines)
    expect(await everything()).toEqual(rows)
  })

  it('refuses to be taken of a blob, which it could not hold', async () => {
    const { ada } = await makeWorld()
    await execute(`UPDATE users SET password_hash = x'00ff' WHERE id = ${ada.id}`)
    await expect(takeBackup()).rejects.toThrow('JSON cannot hold BLOB values')
  })

  it('is the same however large its pages are, and of any size', async () => {
    const { ada } = await makeWorld()
    for (let i = 0; i < 4; i++) await ok(upload(await register(), PIXEL))
    // More than D1 takes as one parameter.
    await execute(
      `INSERT INTO projects (owner_id, title, description, tech_stack, created_at, updated_at)
      SELECT ${ada.id}, 'Zqlarge ' || value, ?1, ?2, 0, 0 FROM json_each('[${Array.from({ length: 120 }, (_, i) => i)}]')`,
      '😀'.repeat(10_000),
      stored(['Zqlarge']),
    )
    const [whole, paged] = [await takeBackup(), await takeBackup({ pageSize: 2 })]
    expect(paged.slice(1)).toEqual(whole.slice(1))
    const [rows, keys] = [await everything(), await keysStored()]
    await moveElsewhere()
    const { stores, largestBytes } = measured()
    await restoreBackup(paged, stores)
    expect(await everything()).toEqual(rows)
    expect(await keysStored()).toEqual(keys)
    expect(largestBytes()).toBeGreaterThan(900_000)
    expect(largestBytes()).toBeLessThan(2_000_000)
    const { techStack } = await ok(send('/api/projects/facets'))
    expect(techStack[0]).toEqual({ name: 'Zqlarge', count: 120 })
  })

  it('may be taken without avatars', async () => {
    await makeWorld()
    const lines = await takeBackup({ withAvatars: false })
    expect(lines.some((line) => line.startsWith('["avatar"'))).toBe(false)
  })
})

describe('A backup taken while others write', () => {
  it('is one that can be restored, and in which nothing refers to what is missing', async () => {
    const { ada, ben, ids } = await makeWorld()
    const seen = new Set<string>()
    const lines = await takeBackup({ pageSize: 2 }, async (line) => {
      const name = line.slice(0, 8)
      if (seen.has(name)) return
      seen.add(name)
      // At the beginning, and at the first row of each table.
      const newcomer = await register()
      const { projectId } = await postWithMember(newcomer, ada)
      await ask(newcomer, ids[2] ?? 0)
      await ok(send(`/api/projects/${projectId}`, { method: 'DELETE', token: newcomer.access }), 204)
      if (name.startsWith('["users')) await ok(upload(ada, PIXEL))
      if (name.startsWith('["sessi')) await ok(deleteAccount(ben), 204)
      if (name.startsWith('["proje'))
        await execute(`UPDATE profiles SET avatar_key = 'exchanged' WHERE user_id = ${ada.id}`)
    })
    expect(seen.size).toBeGreaterThan(5)
    await moveElsewhere()
    await restoreBackup(lines)
    const { results } = await env.DB.prepare('SELECT id FROM users ORDER BY id').all()
    expect(results).toEqual([{ id: ada.id }, { id: ben.id }])
    await ok(send('/api/accounts/me', { token: ada.access }))
    const shown = 'SELECT avatar_key FROM profiles'
    expect((await env.DB.prepare(shown).all()).results).toContainEqual({ avatar_key: expect.any(String) })
    expect(
      (await env.DB.prepare(`SELECT key FROM discarded_avatars WHERE key IN (${shown})`).all()).results,
    ).toEqual([])
    // An object that was removed before it was read is missing, and says nothing of the rows.
    await env.AVATARS.delete(await keysStored())
    await execute('UPDATE profiles SET avatar_key = NULL')
    await isWell()
  })

  it('is refused if a username changes hands, since it could not be restored', async () => {
    const [first, second] = [await register(), await register()]
    const renamed = (person: Person, username: string) =>
      ok(send('/api/accounts/me', { method: 'PATCH', token: person.access, body: { username } }))
    const backup = takeBackup({ pageSize: 1 }, async (line) => {
      if (!line.startsWith(`["users",[${first.id},`)) return
      await renamed(first, 'somebody-else')
      await renamed(second, first.username.toUpperCase())
    })
    await Promise.all([
      expect(backup).rejects.toThrow('has changed hands'),
      expect(backup).rejects.toBeInstanceOf(Refusal),
    ])
  })
})

describe('A restore', () => {
  const refused = (lines: string[], message: string) => {
    const attempt = restoreBackup(lines)
    return Promise.all([
      expect(attempt).rejects.toThrow(message),
      expect(attempt).rejects.toBeInstanceOf(Refusal),
    ])
  }

  it('refuses a database in which there is anything, and leaves it as it is', async () => {
    await makeWorld()
    const [lines, rows] = [await takeBackup(), await everything()]
    await refused(lines, 'The database is not empty')
    expect(await everything()).toEqual(rows)
    await moveElsewhere()
    await execute(`INSERT INTO discarded_avatars (key) VALUES ('x')`)
    await refused(lines, 'there are rows in discarded_avatars')
  })

  it('refuses a database of other migrations', async () => {
    const lines = await takeBackup()
    await execute('DELETE FROM d1_migrations WHERE id = (SELECT max(id) FROM d1_migrations)')
    await refused(lines, 'The backup is of the migrations 0000_tables.sql')
    await moveElsewhere()
    await execute(`INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')`)
    await refused(lines, '9999_later.sql')
  })

  it('refuses what is no backup, was cut off or was damaged, before it writes anything', async () => {
    await makeWorld()
    const lines = await takeBackup()
    const [head = '', user = '', ...rest] = lines
    await moveElsewhere()
    const rows = await everything()
    await refused([], 'cut off')
    await refused(['CREATE TABLE x;'], 'This is no backup')
    await refused(
      [head.replace('devcollab-backup-1', 'devcollab-backup-2'), user, ...rest],
      'of another version',
    )
    await refused(lines.slice(0, -1), 'cut off')
    for (const users of [[], [user, user]]) {
      await refused([head, ...users, ...rest], 'other rows of users than it says')
    }
    const swapped = head.replace('"email","username"', '"username","email"')
    await refused([swapped, user, ...rest], 'other columns of users')
    await refused([...lines, user], 'goes on after its end')
    await refused([head, user.slice(0, -5), ...rest], 'Line 2 of the backup is damaged')
    await refused([head, user.replace(/,\d+,null\]\]$/, ']]'), ...rest], 'Line 2 of the backup is damaged')
    await refused([head, user.replace('users', 'sqlite_schema'), ...rest], 'Line 2 of the backup is damaged')
    expect(await everything()).toEqual(rows)
  })

  it('gives out no id again that the database gave out before it was emptied', async () => {
    await register()
    const lines = await takeBackup()
    await moveElsewhere()
    const gone = [await register(), await register()]
    for (const person of gone) await ok(deleteAccount(person), 204)
    await restoreBackup(lines)
    expect((await register()).id).toBeGreaterThan(gone[1]?.id ?? 0)
  })

  it('that was cut off is not gone on with, and no id is given out again', async () => {
    const { gone } = await makeWorld()
    const lines = await takeBackup()
    await moveElsewhere()
    const twice = lines.flatMap((line) => (line.startsWith('["sessions"') ? [line, line] : [line]))
    const foot = twice.at(-1)?.replace(/("sessions":)(\d+)/, (_, name, count) => `${name}${count * 2}`) ?? ''
    await expect(restoreBackup([...twice.slice(0, -1), foot])).rejects.toThrow('UNIQUE constraint failed')
    await refused(lines, 'The database is not empty')
    expect((await register()).id).toBeGreaterThan(gone.id)
  })
})
