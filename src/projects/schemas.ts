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
  isOpen: z.boolean(),
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
const names = z
  .preprocess(
    (given: string | string[]) => [given].flat(),
    z.array(text(1, 40)).max(20, { error: 'must be given at most 20 times' }),
  )
  .meta({
    documentedAs: { type: 'array', items: { type: 'string', ...textForm(1, 40) }, maxItems: 20 },
  })
  .default([])

export const SORTS = ['newest', 'oldest', 'updated', 'relevance'] as const

export const projectsQuery = z
  .object({
    ...pageQuery,
    q: text(0, 200).optional(),
    tech: names,
    role: names,
    status: projectFields.status.optional(),
    isOpen: z
      .stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive' })
      .meta({ documentedAs: { type: 'boolean' } })
      .optional(),
    owner: text(1, 100).optional(),
    collaborator: text(1, 100).optional(),
    sort: z.enum(SORTS).default('newest').meta({ description: '`relevance` only with words in `q`.' }),
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

export const requestBody = z.object({ message: text(1, 2000), role: text(1, 40).nullish() })
export const requestDecision = z.object({ status: z.enum(['accepted', 'rejected']) })
export const requestsQuery = z.object({ ...pageQuery, status: z.enum(REQUEST_STATUSES).optional() })

/** Anything but a positive integer is no id of ours. */
const id = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .transform(Number)
  .refine(Number.isSafeInteger)
  .meta({ documentedAs: { type: 'integer', minimum: 1 } })

export const idParam = z.object({ id })
export const collaboratorParam = z.object({ id, username: z.string().min(1).max(100) })

export type ProjectBody = z.output<typeof projectBody>
export type ProjectPatch = z.output<typeof projectPatch>
export type ProjectsQuery = z.output<typeof projectsQuery>
export type RequestBody = z.output<typeof requestBody>
export type RequestDecision = z.output<typeof requestDecision>['status']
export type RequestStatus = (typeof REQUEST_STATUSES)[number]
export type RequestsQuery = z.output<typeof requestsQuery>
export type Sort = (typeof SORTS)[number]
