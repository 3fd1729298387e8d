import { Dice } from './dice.ts'
import { BIOS, CITIES, FIELDS, FIRST_NAMES, LAST_NAMES } from './seed-words.ts'

/** Every seeded person has an email in this domain, and nobody else. */
export const SEED_DOMAIN = 'seed.devcollab.example'

export const YEAR_MS = 365 * 24 * 3600 * 1000
/** How long before the first project the first people came. */
const HEAD_START_MS = YEAR_MS / 8

export interface SeedPerson {
  email: string
  username: string
  displayName: string
  bio: string
  skills: string[]
  githubUrl: string | null
  /** Milliseconds since 1970. */
  createdAt: number
}

/**
 * So many people, in the order in which they joined; no username is given twice. The same number gives the same
 * people, down to the last word; only the times move with `now`. They are made as they are read, however many.
 */
export function* seedPeople(count: number, now: number): Generator<SeedPerson> {
  for (let index = 0; index < count; index++) {
    const dice = new Dice(`person ${index}`)
    const { username, displayName } = nameOf(index)
    const field = dice.pick(FIELDS)
    const skills = new Set([field, dice.pick(FIELDS)].flatMap(({ stacks }) => dice.pick(stacks).split(', ')))
    yield {
      email: emailOf(index),
      username,
      displayName,
      bio: `${dice.pick(field.roles)} in ${dice.pick(CITIES)}. ${dice.pick(BIOS)}`,
      skills: dice.some([...skills], 3, 6),
      githubUrl: dice.chance(0.8) ? `https://github.com/devcollab-${username}` : null,
      createdAt: firstDay(now) + Math.floor(((index + dice.fraction()) / count) * YEAR_MS),
    }
  }
}

/** How many of `count` people have surely joined by `time`: those with the lowest numbers. At least one. */
export function membersAt(time: number, count: number, now: number): number {
  const share = (time - firstDay(now)) / YEAR_MS
  return Math.min(count, Math.max(1, Math.floor(share * count)))
}

/** The email of the person of that number, counted from 0. */
export const emailOf = (index: number) => `${nameOf(index).username}@${SEED_DOMAIN}`

const firstDay = (now: number) => now - YEAR_MS - HEAD_START_MS

/** Every first name meets every last name before a number is needed to tell two people apart. */
function nameOf(index: number): { username: string; displayName: string } {
  const round = Math.floor(index / FIRST_NAMES.length)
  const first = FIRST_NAMES[index % FIRST_NAMES.length]
  const last = LAST_NAMES[((index % FIRST_NAMES.length) * 7 + round) % LAST_NAMES.length]
  const namesakes = Math.floor(round / LAST_NAMES.length)
  const displayName = `${first} ${last}`
  const plain = displayName.normalize('NFD').replace(/\p{M}/gu, '').replace(' ', '-').toLowerCase()
  return { username: namesakes === 0 ? plain : `${plain}-${namesakes + 1}`, displayName }
}
