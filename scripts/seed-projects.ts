import type { ProjectBody, RequestStatus } from '../src/projects/schemas.ts'
import { Dice } from './dice.ts'
import { emailOf, membersAt, YEAR_MS } from './seed-people.ts'
import { CODENAMES, FIELDS, MESSAGES, PACES, SHADES, STANDING, TOOLS, TOPICS } from './seed-words.ts'

const LIST = new Intl.ListFormat('en-GB')

export interface SeedProject extends ProjectBody {
  ownerEmail: string
  /** Milliseconds since 1970, as are all times here. */
  createdAt: number
  updatedAt: number
  requests: SeedRequest[]
}

export interface SeedRequest {
  requesterEmail: string
  message: string
  role: string | null
  status: RequestStatus
  createdAt: number
  decidedAt: number | null
}

/**
 * The projects of the year that ends at `now`, each younger than the one before, with the requests to join it.
 * Who owns and who asks had joined by then. The same size gives the same projects, as `seedPeople` does people.
 */
export function* seedProjects(
  size: { people: number; projects: number },
  now: number,
): Generator<SeedProject> {
  for (let index = 0; index < size.projects; index++) {
    const dice = new Dice(`project ${index}`)
    const createdAt = now - YEAR_MS + Math.floor(((index + dice.fraction()) / size.projects) * YEAR_MS)
    const members = membersAt(createdAt, size.people, now)
    const owner = dice.below(members)
    const project = describe(dice, 1 - index / size.projects)
    const requesters = new Set(Array.from({ length: dice.below(6) }, () => dice.below(members)))
    requesters.delete(owner)
    yield {
      ...project,
      ownerEmail: emailOf(owner),
      createdAt,
      updatedAt: dice.soonAfter(createdAt, now),
      requests: [...requesters].map((person) => requestOf(person, dice, project, createdAt, now)),
    }
  }
}

/**
 * A project of some field. `age` goes from 1, the oldest, to 0: what is old is more often done. Technologies and words
 * are as unevenly popular as in the world: a few are everywhere, most are rare.
 */
function describe(dice: Dice, age: number): ProjectBody {
  const field = dice.pickSkewed(FIELDS)
  const [thing = '', pitch = ''] = dice.pickSkewed(field.ideas).split(' | ')
  const codename = `${dice.chance(0.5) ? `${dice.pickSkewed(SHADES)} ` : ''}${dice.pickSkewed(CODENAMES)}`
  const audience = dice.pickSkewed(field.audiences)
  const techStack = dice.pickSkewed(field.stacks).split(', ')
  if (dice.chance(0.4)) techStack.push(dice.pickSkewed(TOOLS))
  const status = dice.chance(0.5 * age) ? 'completed' : dice.chance(0.5) ? 'in_progress' : 'planning'
  const standing = dice.pick(STANDING[status])
  const paragraphs = [pitch, `Made for ${audience}, with ${LIST.format(techStack)}. ${standing}`]
  paragraphs.push(
    `Up for discussion: ${LIST.format(new Set([dice.pickSkewed(TOPICS), dice.pickSkewed(TOPICS)]))}.`,
  )
  if (status !== 'completed') paragraphs.push(dice.pick(PACES))
  return {
    title: `${codename}: ${thing} for ${audience}`,
    description: paragraphs.join('\n\n'),
    techStack,
    rolesNeeded: dice.some(field.roles, 1, 3),
    status,
    isOpen: dice.chance(status === 'completed' ? 0.1 : 0.8),
  }
}

function requestOf(
  person: number,
  dice: Dice,
  project: ProjectBody,
  postedAt: number,
  now: number,
): SeedRequest {
  const createdAt = dice.soonAfter(postedAt, now)
  const isPending = project.status !== 'completed' && dice.chance(0.4)
  return {
    requesterEmail: emailOf(person),
    message: dice.pick(MESSAGES),
    role: dice.chance(0.75) ? dice.pick(project.rolesNeeded) : null,
    status: isPending ? 'pending' : dice.chance(0.65) ? 'accepted' : 'rejected',
    createdAt,
    decidedAt: isPending ? null : dice.soonAfter(createdAt, now),
  }
}
