/** What the contract says of the list of projects, in a few lines and without a database. */

export interface ModelProject {
  id: number
  title: string
  description: string
  techStack: string[]
  rolesNeeded: string[]
  status: string
  isOpen: boolean
  owner: string
  collaborators: string[]
  updatedAt: number
}

export interface ModelQuery {
  q?: string | undefined
  tech?: string[]
  role?: string[]
  status?: string | undefined
  isOpen?: boolean | undefined
  owner?: string | undefined
  collaborator?: string | undefined
  sort: 'newest' | 'oldest' | 'updated' | 'relevance'
}

/** The ids of the projects that meet the query, in its order. Holds for words that are their own stems, and that no ending makes of one another's beginnings. */
export function answerOf(projects: ModelProject[], query: ModelQuery): number[] {
  const matching = projects.filter((project) => meets(project, query))
  return matching.sort((a, b) => comparison(query)(a, b)).map(({ id }) => id)
}

function meets(project: ModelProject, query: ModelQuery): boolean {
  const { q, tech = [], role = [], status, isOpen, owner, collaborator } = query
  const text = `${project.title}\n${project.description}`
  return (
    (!q || (wordsOf(q).length > 0 && wordsFound(text, q) === wordsOf(q).length)) &&
    tech.every((name) => project.techStack.some((each) => isSame(each, name))) &&
    role.every((name) => project.rolesNeeded.some((each) => isSame(each, name))) &&
    (status === undefined || project.status === status) &&
    (isOpen === undefined || project.isOpen === isOpen) &&
    (owner === undefined || isSame(project.owner, owner)) &&
    (collaborator === undefined || project.collaborators.some((each) => isSame(each, collaborator)))
  )
}

function comparison({ sort, q = '' }: ModelQuery): (a: ModelProject, b: ModelProject) => number {
  const newest = (a: ModelProject, b: ModelProject) => b.id - a.id
  const tier = ({ title }: ModelProject) => {
    const found = wordsFound(title, q)
    return found === wordsOf(q).length ? 0 : found > 0 ? 1 : 2
  }
  switch (sort) {
    case 'newest':
      return newest
    case 'oldest':
      return (a, b) => a.id - b.id
    case 'updated':
      return (a, b) => b.updatedAt - a.updatedAt || newest(a, b)
    case 'relevance':
      return (a, b) => tier(a) - tier(b) || newest(a, b)
  }
}

/** How many of the words of `q` are in the text: whole, but the last one as a prefix. */
function wordsFound(text: string, q: string): number {
  const found = wordsOf(text)
  return wordsOf(q).filter((word, i, words) =>
    found.some((each) => (i === words.length - 1 ? each.startsWith(word) : each === word)),
  ).length
}

function wordsOf(text: string): string[] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
