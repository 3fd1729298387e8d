import { type Invariant, SKEW_MS } from './invariant.ts'

/** MAX_SESSIONS of src/accounts/sessions.ts. */
const MAX_SESSIONS = 50

const SKILLS = `json_each(iif(json_valid(skills), skills, '[]'))`

export const ACCOUNT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'Every user has a profile',
    violations: 'SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM profiles)',
  },
  {
    name: 'Every profile belongs to a user',
    violations: 'SELECT user_id FROM profiles WHERE user_id NOT IN (SELECT id FROM users)',
  },
  {
    name: 'No two users have one email, whatever its case',
    violations: 'SELECT lower(email) AS email FROM users GROUP BY lower(email) HAVING count(*) > 1',
  },
  {
    name: 'No two users have one username, whatever its case',
    violations: 'SELECT lower(username) AS username FROM users GROUP BY lower(username) HAVING count(*) > 1',
  },
  {
    name: 'Emails and usernames have their form',
    violations: `SELECT id FROM users WHERE NOT coalesce(
      length(email) BETWEEN 3 AND 254 AND email LIKE '_%@_%' AND email = trim(email)
      AND length(username) BETWEEN 3 AND 30 AND username NOT GLOB '*[^a-zA-Z0-9_-]*' AND username GLOB '[a-zA-Z0-9]*', false)`,
  },
  {
    name: 'Every password is kept as a bcrypt hash',
    violations: `SELECT id FROM users WHERE NOT coalesce(
      length(password_hash) = 60 AND password_hash GLOB '$2[aby]$[0-9][0-9]$*', false)`,
  },
  {
    name: 'Profiles have their form',
    violations: `SELECT user_id FROM profiles WHERE NOT coalesce(
      length(display_name) <= 80 AND length(bio) <= 2000
      AND (github_url IS NULL OR github_url LIKE 'https://github.com/_%')
      AND (avatar_key IS NULL OR length(avatar_key) BETWEEN 1 AND 100 AND avatar_key NOT GLOB '*[^a-zA-Z0-9_-]*'), false)`,
  },
  {
    name: 'Skills are at most 30 texts of 1 to 40 characters, none of them twice',
    violations: `SELECT user_id FROM profiles WHERE NOT CASE WHEN json_valid(skills)
        THEN json_type(skills) = 'array' AND json_array_length(skills) <= 30 ELSE false END
      OR EXISTS (SELECT 1 FROM ${SKILLS} WHERE type <> 'text' OR length(value) NOT BETWEEN 1 AND 40)
      OR EXISTS (SELECT 1 FROM ${SKILLS} GROUP BY lower(value) HAVING count(*) > 1)`,
  },
  {
    name: 'No two profiles show one avatar',
    violations: `SELECT avatar_key FROM profiles WHERE avatar_key IS NOT NULL GROUP BY avatar_key HAVING count(*) > 1`,
  },
  {
    name: 'No avatar that a profile shows is noted for removal',
    violations: 'SELECT key FROM discarded_avatars WHERE key IN (SELECT avatar_key FROM profiles)',
  },
  {
    name: 'Every session belongs to a user',
    violations: 'SELECT id, user_id FROM sessions WHERE user_id NOT IN (SELECT id FROM users)',
  },
  {
    name: 'Session ids are 256 bits long',
    violations: `SELECT id FROM sessions WHERE length(id) <> 43 OR id GLOB '*[^a-zA-Z0-9_-]*'`,
  },
  {
    // How long after is a setting, which may have been another when the session began.
    name: 'A session expires after it began',
    violations: 'SELECT id, user_id FROM sessions WHERE expires_at <= created_at',
  },
  {
    name: 'A session that was never refreshed counts 0, any other the refreshes',
    violations: `SELECT id, user_id, counter FROM sessions
      WHERE counter < 0 OR typeof(counter) <> 'integer' OR (counter = 0) <> (rotated_at IS NULL)`,
  },
  {
    name: 'A session is used after it began, and refreshed no later than used',
    violations: `SELECT id, user_id FROM sessions WHERE last_used_at < created_at - ${SKEW_MS}
      OR rotated_at NOT BETWEEN created_at - ${SKEW_MS} AND last_used_at + ${SKEW_MS}`,
  },
  {
    name: 'A session ends after it began and before it expires',
    violations: `SELECT id, user_id FROM sessions
      WHERE revoked_at < created_at - ${SKEW_MS} OR revoked_at >= expires_at`,
  },
  {
    name: 'No user has more than 50 living sessions',
    violations: `SELECT user_id, count(*) AS sessions FROM sessions
      WHERE revoked_at IS NULL AND expires_at > unixepoch('subsec') * 1000
      GROUP BY user_id HAVING count(*) > ${MAX_SESSIONS}`,
  },
  {
    name: 'The moments of accounts are whole milliseconds',
    violations: `SELECT id FROM users WHERE typeof(created_at) <> 'integer' OR typeof(disabled_at) NOT IN ('integer', 'null')
      UNION ALL SELECT id FROM sessions WHERE typeof(created_at) || typeof(last_used_at) || typeof(expires_at) <> 'integerintegerinteger'
        OR typeof(rotated_at) NOT IN ('integer', 'null') OR typeof(revoked_at) NOT IN ('integer', 'null')
      UNION ALL SELECT key FROM discarded_avatars WHERE typeof(removable_at) <> 'integer'`,
  },
]
