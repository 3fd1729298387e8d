import * as z from 'zod'
import { pageQuery } from '../http/pagination.ts'
import { alongside, nameList, text, textForm } from '../http/text.ts'
import { PROJECT_STATUSES, REQUEST_STATUSES } from './tables.ts'

const projectFields = {
  title: text(3, 120),
  description: text(1, 10_000),
  techStack: nameList(20, 40),
  rolesNeeded: nameList(20, 40),
  status: z.enum(PROJECT_STATUSES),
  isOpen: z.boolean().meta({ description: 'Whether requests are taken.' }),
}

export const projectBody = z.object({
  ...projectFields,
  techStack: projectFields.techStack.default([]),
  rolesNeeded: projectFields.rolesNeeded.default([]),
  status: projectFields.status.default('planning'),
  isOpen: projectFields.isOpen.default(true),
})
export const projectPatch = z.object(projectFields).partial()

/** A parameter that may be given once or several times. */
const names = (description: string) =>
  z
    .preprocess(
      (given: string | string[]) => [given].flat(),
      z.array(text(1, 40)).max(20, { error: 'must be given at most 20 times' }),
    )
    .meta({
      description: `${description} Given several times, all must match.`,
      documentedAs: { type: 'array', items: { type: 'string', ...textForm(1, 40) }, maxItems: 20 },
    })
    .default([])

const SORTS = ['newest', 'oldest', 'updated', 'relevance'] as const

export const projectsQuery = z
  .object({
    ...pageQuery,
    q: text(0, 200).optional().meta({
      description:
        'Words of title and description, all of which must match: by their stems, without the accents of Latin letters (but ø, ł, đ and ß are letters of their own), the last one as a prefix. In scripts written without spaces, a run of letters is found by its beginning.',
    }),
    tech: names('A technology of the project, whatever its case.'),
    role: names('A role that it needs, whatever its case.'),
    status: projectFields.status.optional().meta({ description: 'How far the project is.' }),
    isOpen: z
      .enum(['true', 'false'])
      .transform((given) => given === 'true')
      .meta({ description: 'Whether requests are taken.', documentedAs: { type: 'boolean' } })
      .optional(),
    owner: text(1, 100).optional().meta({ description: 'The username of the owner.' }),
    collaborator: text(1, 100).optional().meta({ description: 'The username of a collaborator.' }),
    sort: z
      .enum(SORTS)
      .default('newest')
      .meta({ description: '`newest` and `oldest` by creation. `relevance` only with words in `q`.' }),
  })
  .check(
    alongside((query, fault) => {
      const { sort, q } = Object(query) as Record<string, unknown>
      if (sort === 'relevance' && !q) {
        fault(['sort'], 'can be relevance only with words in q to be relevant to')
      }
    }),
  )
export const mineQuery = z.object(pageQuery)

export const requestBody = z.object({
  message: text(1, 2000).meta({ description: 'For the owner and me to read.' }),
  role: text(1, 40).nullish().meta({ description: 'What I would like to be in the project.' }),
})
export const requestDecision = z.object({ status: z.enum(['accepted', 'rejected']) })
export const requestsQuery = z.object({
  ...pageQuery,
  status: z.enum(REQUEST_STATUSES).optional().meta({ description: 'What has become of the request.' }),
})

/** Anything but a positive integer is no id of ours. */
const idOf = (what: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .refine(Number.isSafeInteger)
    .meta({ description: `The id of the ${what}.`, documentedAs: { type: 'integer', minimum: 1 } })

export const projectParam = z.object({ id: idOf('project') })
export const requestParam = z.object({ id: idOf('request') })
export const collaboratorParam = projectParam.extend({
  username: z.string().min(1).max(100).meta({ description: 'The username of the collaborator.' }),
})

export type ProjectBody = z.output<typeof projectBody>
export type ProjectPatch = z.output<typeof projectPatch>
export type ProjectsQuery = z.output<typeof projectsQuery>
export type RequestBody = z.output<typeof requestBody>
export type RequestDecision = z.output<typeof requestDecision>['status']
export type RequestStatus = (typeof REQUEST_STATUSES)[number]
export type RequestsQuery = z.output<typeof requestsQuery>
export type Sort = (typeof SORTS)[number]
