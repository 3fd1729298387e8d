import * as z from 'zod'
import { personAnswer, personFields } from '../accounts/answers.ts'
import { dateTime } from '../http/openapi.ts'
import { MAX_PENDING_COUNTED } from './project-lists.queries.ts'
import { PROJECT_STATUSES, REQUEST_STATUSES } from './tables.ts'

const cardFields = {
  id: z.int(),
  title: z.string(),
  description: z.string(),
  techStack: z.array(z.string()),
  rolesNeeded: z.array(z.string()),
  status: z.enum(PROJECT_STATUSES),
  isOpen: z.boolean().meta({ description: 'Whether requests are taken.' }),
  owner: personAnswer,
  collaboratorCount: z.int(),
  createdAt: dateTime,
  updatedAt: dateTime,
}

export const cardAnswer = z.object(cardFields).meta({ id: 'ProjectCard' })

export const ownCardAnswer = z
  .object({
    ...cardFields,
    pendingRequestCount: z
      .int()
      .max(MAX_PENDING_COUNTED)
      .meta({ description: 'Counted up to 1,000: that means 1,000 or more.' }),
  })
  .meta({ id: 'OwnProjectCard' })

export const projectAnswer = z
  .object({
    ...cardFields,
    collaborators: z.array(z.object({ ...personFields, role: z.string().nullable() })),
    viewer: z
      .object({
        isOwner: z.boolean(),
        isCollaborator: z.boolean(),
        request: z.object({ id: z.int(), status: z.enum(REQUEST_STATUSES) }).nullable(),
      })
      .optional()
      .meta({ description: 'What the project is to whoever sent a token.' }),
  })
  .meta({ id: 'Project' })

export const requestAnswer = z
  .object({
    id: z.int(),
    status: z.enum(REQUEST_STATUSES),
    role: z.string().nullable(),
    message: z.string(),
    createdAt: dateTime,
    decidedAt: dateTime.nullable(),
    project: z.object({ id: z.int(), title: z.string() }),
    requester: personAnswer,
  })
  .meta({ id: 'CollaborationRequest' })

export const dashboardAnswer = z
  .object({
    owned: z.array(ownCardAnswer),
    collaborating: z.array(cardAnswer),
    received: z.array(requestAnswer),
    sent: z.array(requestAnswer),
  })
  .meta({ id: 'Dashboard' })

const facet = z.object({ name: z.string(), count: z.int() })
export const facetsAnswer = z
  .object({ techStack: z.array(facet), rolesNeeded: z.array(facet) })
  .meta({ id: 'Facets' })
