import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { insertProjects, insertRequests, insertUser } from './support/by-sql.ts'

const OWNER_ID = 1

/** Values of a column that a CHECK must refuse in a row that is good otherwise; the request waits. */
const REFUSED: Record<string, [table: string, column: string, ...values: (string | number)[]][]> = {
  users_email_length: [['users', 'email', 'a@', `${'a'.repeat(243)}@example.com`]],
  users_username_form: [
    ['users', 'username', 'ab', 'a'.repeat(31), 'two words', 'naïve', '-dash', '_underscore', 'a@b'],
  ],
  profiles_display_name_length: [['profiles', 'display_name', 'x'.repeat(81)]],
  profiles_bio_length: [['profiles', 'bio', 'x'.repeat(2001)]],
  profiles_skills_list: [['profiles', 'skills', '', '["', listOf(31)]],
  profiles_github_url_form: [
    [
      'profiles',
      'github_url',
      '',
      'javascript:alert(1)',
      'http://github.com/ada',
      'https://github.com.evil/a',
    ],
  ],
  projects_title_length: [['projects', 'title', 'ab', 'x'.repeat(121)]],
  projects_description_length: [['projects', 'description', '', 'x'.repeat(10_001)]],
  projects_tech_stack_list: [['projects', 'tech_stack', '', '["', listOf(21)]],
  projects_roles_needed_list: [['projects', 'roles_needed', '', '["', listOf(21)]],
  projects_status: [['projects', 'status', '', 'abandoned', 'Planning']],
  projects_is_open: [['projects', 'is_open', -1, 2, 'true']],
  collaboration_requests_not_own: [['collaboration_requests', 'requester_id', OWNER_ID]],
  collaboration_requests_message_length: [['collaboration_requests', 'message', '', 'x'.repeat(2001)]],
  collaboration_requests_role_length: [['collaboration_requests', 'role', '', 'x'.repeat(41)]],
  collaboration_requests_status: [['collaboration_requests', 'status', '', 'withdrawn', 'Pending']],
  collaboration_requests_decided: [
    ['collaboration_requests', 'status', 'accepted', 'rejected'],
    ['collaboration_requests', 'decided_at', 1],
  ],
}

beforeAll(async () => {
  expect((await insertUser()).id).toBe(OWNER_ID)
  const [projectId = 0] = await insertProjects([{}], OWNER_ID)
  const { id: requesterId } = await insertUser()
  await insertRequests([{ projectId, requesterId, status: 'pending' }])
})

describe('A CHECK of the schema', () => {
  it('has a name, and is tried below', async () => {
    const { results } = await env.DB.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').all<{
      sql: string
    }>()
    const schema = results.map(({ sql }) => sql).join('\n')
    const names = [...schema.matchAll(/CONSTRAINT "(\w+)" CHECK\(/g)].map(([, name]) => name)
    expect(names).toHaveLength(schema.match(/\bCHECK\b/gi)?.length ?? 0)
    expect(names.sort()).toEqual(Object.keys(REFUSED).sort())
  })

  it.each(
    Object.entries(REFUSED).flatMap(([name, tries]) =>
      tries.flatMap(([table, column, ...values]) =>
        values.map((value) => ({ name, table, column, value, shown: String(value).slice(0, 30) })),
      ),
    ),
  )('refuses what breaks it: $name, $column "$shown"', async ({ name, table, column, value }) => {
    const update = env.DB.prepare(
      `UPDATE ${table} SET ${column} = ? WHERE rowid = (SELECT max(rowid) FROM ${table})`,
    )
    await expect(update.bind(value).run()).rejects.toThrow(`CHECK constraint failed: ${name}:`)
  })
})

function listOf(length: number): string {
  return JSON.stringify(Array.from({ length }, (_, i) => [`${i}`, `${i}`]))
}
