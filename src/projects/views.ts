import { personView } from '../accounts/views.ts'
import type { Dashboard } from './dashboard.queries.ts'
import type { CardRow, OwnCardRow, ProjectRow } from './projects.queries.ts'
import type { RequestRow } from './requests.queries.ts'

export const cardView = (card: CardRow) => ({
  id: card.id,
  title: card.title,
  description: card.description,
  techStack: card.techStack,
  rolesNeeded: card.rolesNeeded,
  status: card.status,
  isOpen: card.isOpen,
  owner: personView(card),
  collaboratorCount: card.collaboratorCount,
  createdAt: card.createdAt.toISOString(),
  updatedAt: card.updatedAt.toISOString(),
})

/** A card of my own, with the number of requests that wait for me. */
export const ownCardView = (card: OwnCardRow) => ({
  ...cardView(card),
  pendingRequestCount: card.pendingRequestCount,
})

/** A project whole; `viewer` says what it is to the one who asks, if that one is signed in. */
export const projectView = ({ card, collaborators, request }: ProjectRow, viewerId: number | undefined) => ({
  ...cardView(card),
  collaborators: collaborators.map((person) => ({ ...personView(person), role: person.role })),
  ...(viewerId !== undefined && {
    viewer: {
      isOwner: card.ownerId === viewerId,
      isCollaborator: request?.status === 'accepted',
      request: request ?? null,
    },
  }),
})

export const requestView = (request: RequestRow) => ({
  id: request.id,
  status: request.status,
  role: request.role,
  message: request.message,
  createdAt: request.createdAt.toISOString(),
  decidedAt: request.decidedAt?.toISOString() ?? null,
  project: { id: request.projectId, title: request.title },
  requester: personView(request),
})

export const dashboardView = ({ owned, collaborating, received, sent }: Dashboard) => ({
  owned: owned.map(ownCardView),
  collaborating: collaborating.map(cardView),
  received: received.map(requestView),
  sent: sent.map(requestView),
})
