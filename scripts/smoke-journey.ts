import * as z from 'zod'
import { ask, inWords, type Luggage, Surprise, surprise } from './answers.ts'
import type { Steps } from './steps.ts'

const session = z.object({ access: z.string(), refresh: z.string() })
const project = z.object({ id: z.number() })
const list = z.object({ items: z.array(project) })

/** Registers, posts a project, finds it, logs out and deletes the account: nothing of it stays, whatever goes wrong. */
export async function takeTheTour(baseUrl: string, steps: Steps): Promise<void> {
  const username = `smoke-${crypto.randomUUID().slice(-12)}`
  const password = crypto.randomUUID()
  const account = { email: `${username}@example.com`, username, password }
  const call = callsOf(baseUrl)

  const { access, refresh } = await steps.step('Somebody registers.', () =>
    call('POST /api/accounts/register', { body: account }, 201, session),
  )
  try {
    await steps.step('Posts a project, and everybody finds it.', async () => {
      const body = { title: 'Smoke test', description: 'It is gone in a moment.', techStack: ['Smoke'] }
      const { id } = await call('POST /api/projects', { token: access, body }, 201, project)
      const { items } = await call(`GET /api/projects?owner=${username}&tech=smoke&q=moment`, {}, 200, list)
      if (items[0]?.id !== id) throw surprise(`project ${id} in the list`, JSON.stringify(items))
    })

    await steps.step('Logs out, which ends the session at once.', async () => {
      await call('POST /api/accounts/logout', { body: { refresh } }, 204)
      await call('GET /api/accounts/me', { token: access }, 401)
      await call('POST /api/accounts/refresh', { body: { refresh } }, 401)
    })
  } catch (error) {
    await deleteAccount().catch((failure) => {
      console.error(`The account ${username} could not be removed again. ${failure.message}`)
    })
    throw error
  }
  await steps.step('Logs in again, and deletes the account: nothing of it is left.', deleteAccount)

  async function deleteAccount() {
    const credentials = { email: account.email, password }
    const { access } = await call('POST /api/accounts/login', { body: credentials }, 200, session)
    await call('DELETE /api/accounts/me', { token: access, body: { password } }, 204)
    await call(`GET /api/accounts/users/${username}`, {}, 404)
    const { items } = await call(`GET /api/projects?owner=${username}`, {}, 200, list)
    if (items.length > 0) throw surprise('no project of a deleted account', JSON.stringify(items))
  }
}

/** Requests whose answers must be of a status and a shape. */
function callsOf(baseUrl: string) {
  return async <Shape extends z.ZodType>(
    request: string,
    luggage: Luggage,
    status: number,
    shape?: Shape,
  ): Promise<z.output<Shape>> => {
    const answer = await ask(baseUrl, request, luggage)
    if (answer.status !== status) {
      const hint = answer.status === 500 ? 'Were the migrations applied?' : undefined
      throw surprise(`${status} to ${request}`, inWords(answer), hint)
    }
    const body = (shape ?? z.unknown()).safeParse(answer.body)
    if (!body.success)
      throw new Surprise(`The ${status} to ${request} has another body. ${z.prettifyError(body.error)}`)
    return body.data as z.output<Shape>
  }
}
