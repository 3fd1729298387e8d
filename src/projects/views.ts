import { personView } from '../accounts/views.ts'
import type { Dashboard } from './dashboard.queries.ts'
import type { CardRow, OwnCardRow } from './project-lists.queries.ts'
import type { ProjectRow } from './projects.queries.ts'
import type { RequestRow } from './request-lists.queries.ts'

export const cardView = (card: CardRow, origin: string) => ({
  id: card.id,
  title: card.title,
  description: card.description,
  techStack: card.techStack,
  rolesNeeded: card.rolesNeeded,
  status: card.status,
  isOpen: card.isOpen,
  owner: personView(card, origin),
  collaboratorCount: card.collaboratorCount,
  createdAt: card.createdAt.toISOString(),
  updatedAt: card.updatedAt.toISOString(),
})

/** A card of my own, with the number of requests that wait for me. */
export const ownCardView = (card: OwnCardRow, origin: string) => ({
  ...cardView(card, origin),
  pendingRequestCount: card.pendingRequestCount,
})

/** A project whole; `viewer` says what it is to the one who asks, if that one is signed in. */
export const projectView = (
  { card, collaborators, request }: ProjectRow,
  viewerId: number | undefined,
  origin: string,
) => ({
  ...cardView(card, origin),
  collaborators: collaborators.map((person) => ({ ...personView(person, origin), role: person.role })),
  ...(viewerId !== undefined && {
    viewer: {
      isOwner: card.ownerId === viewerId,
      isCollaborator: request?.status === 'accepted',
      request: request ?? null,
    },
  }),
})

export const requestView = (request: RequestRow, origin: string) => ({
  id: request.id,
  status: request.status,
  role: request.role,
  message: request.message,
  createdAt: request.createdAt.toISOString(),
  decidedAt: request.decidedAt?.toISOString() ?? null,
  project: { id: request.projectId, title: request.title },
  requester: personView(request, origin),
})

export const dashboardView = ({ owned, collaborating, received, sent }: Dashboard, origin: string) => ({
  owned: owned.map((card) => ownCardView(card, origin)),
  collaborating: collaborating.map((card) => cardView(card, origin)),
  received: received.map((request) => requestView(request, origin)),
  sent: sent.map((request) => requestView(request, origin)),
})
