import * as z from 'zod'
import { register, somebody } from './demo-accounts.ts'
import type { Story } from './story.ts'

const card = z.object({
  id: z.number(),
  title: z.string(),
  techStack: z.array(z.string()),
  isOpen: z.boolean(),
  collaboratorCount: z.number(),
})
const ownCard = card.extend({ pendingRequestCount: z.number() })
const project = card.extend({
  collaborators: z.array(z.object({ username: z.string(), role: z.string().nullable() })),
})
const request = z.object({
  id: z.number(),
  status: z.string(),
  role: z.string().nullable(),
  message: z.string(),
  requester: z.object({ username: z.string() }),
})
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) })

const IDEA = {
  title: 'A lending shelf for our street',
  description: 'Things that stand unused find somebody who needs them this weekend.',
  techStack: ['TypeScript', 'Hono'],
  rolesNeeded: ['Backend developer'],
}
const WISH = { message: 'I have two evenings a week, and a ladder to lend.', role: 'Backend developer' }

/** From an idea to a project of two. `owner` and `joiner` are access tokens. */
export async function findEachOther(
  story: Story,
  { owner, joiner, joinerName }: { owner: string; joiner: string; joinerName: string },
): Promise<void> {
  story.step('Somebody without a token tries to post a project.')
  await story.refusal('POST /api/projects', { body: IDEA }, 401, 'unauthenticated')

  story.step('Ada posts hers.')
  const { id } = await story.answer('POST /api/projects', { token: owner, body: IDEA }, 201, project, inWords)

  story.step('Anybody may browse: what is open and made with TypeScript, however it is spelt?')
  const found = await story.answer(
    'GET /api/projects?tech=typescript&isOpen=true',
    {},
    200,
    listOf(card),
    ({ items }) =>
      [`${items.length} on the first page, the newest:`, ...items.slice(0, 3).map(inWords)].join('\n'),
  )
  story.expect('among them project', id, found.items.find((item) => item.id === id)?.id)

  story.step('And read one of them whole.')
  await story.answer(`GET /api/projects/${id}`, {}, 200, project, inWords)

  story.step('Linus asks to join.')
  const asked = await story.answer(
    `POST /api/projects/${id}/requests`,
    { token: joiner, body: WISH },
    201,
    request,
    ({ status, role, message }) => `${status}, as ${role}: “${message}”`,
  )

  story.step('Mallory comes by, would rather have the project, and lets Linus in. Neither is hers to do.')
  const { access: stranger } = await register(story, somebody('mallory', 'Mallory'))
  const theft = { token: stranger, body: { title: 'Mallory’s shelf' } }
  await story.refusal(`PATCH /api/projects/${id}`, theft, 403, 'forbidden')
  const acceptance = { status: 'accepted' }
  const decide = `PATCH /api/projects/requests/${asked.id}`
  await story.refusal(decide, { token: stranger, body: acceptance }, 403, 'forbidden')

  story.step('Ada sees that somebody waits for her.')
  const mine = await story.answer(
    'GET /api/projects/mine',
    { token: owner },
    200,
    listOf(ownCard),
    ({ items }) =>
      items.map((item) => `${inWords(item)}, pending requests: ${item.pendingRequestCount}`).join('\n'),
  )
  story.expect('a pendingRequestCount of', 1, mine.items.find((item) => item.id === id)?.pendingRequestCount)

  story.step('She reads who it is.')
  const received = await story.answer(
    'GET /api/projects/requests/received?status=pending',
    { token: owner },
    200,
    listOf(request),
    ({ items }) => items.map(({ requester, message }) => `${requester.username}: “${message}”`).join('\n'),
  )
  story.expect('to receive request', asked.id, received.items[0]?.id)

  story.step('She accepts.')
  const accepted = await story.answer(
    decide,
    { token: owner, body: acceptance },
    200,
    request,
    ({ status }) => status,
  )
  story.expect('the request to be', 'accepted', accepted.status)

  story.step('The project has a collaborator, for everybody to see.')
  const joined = await story.answer(`GET /api/projects/${id}`, {}, 200, project, (body) =>
    [inWords(body), ...body.collaborators.map(({ username, role }) => `with ${username}, ${role}`)].join(
      '\n',
    ),
  )
  story.expect('the collaborator to be', joinerName, joined.collaborators[0]?.username)
  story.expect('a collaboratorCount of', 1, joined.collaboratorCount)

  story.step('Linus finds the good news among what he sent.')
  const sent = await story.answer(
    'GET /api/projects/requests/sent',
    { token: joiner },
    200,
    listOf(request),
    ({ items }) => items.map(({ id, status }) => `request ${id}: ${status}`).join('\n'),
  )
  story.expect('the request sent to be', 'accepted', sent.items.find((item) => item.id === asked.id)?.status)
}

const inWords = ({ id, title, techStack, isOpen, collaboratorCount }: z.output<typeof card>) =>
  `project ${id}, “${title}”: ${techStack.join(', ')}; ${isOpen ? 'open' : 'closed'}, collaborators: ${collaboratorCount}`
