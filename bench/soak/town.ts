import type { Actor } from './actors.ts'

export interface Content {
  title: string
  description: string
  techStack: string[]
  rolesNeeded: string[]
  status: string
  isOpen: boolean
}

/** A project as it was acknowledged. */
export interface Project {
  id: number
  owner: Actor
  content: Content
  requests: Set<JoinRequest>
  /** Somebody is changing it or its requests, so nobody else may. */
  isBusy: boolean
}

export interface JoinRequest {
  id: number
  project: Project
  requester: Actor
  message: string
  status: 'pending' | 'accepted' | 'rejected'
}

export interface Session {
  access: string
  refresh: string
}

/** Everything that was acknowledged to anybody, and so must be there; and what was ended, and must not work again. */
export class Town {
  readonly actors: Actor[] = []
  readonly projects = new Set<Project>()
  readonly ended: Session[] = []
  /** Paths of what was deleted. */
  readonly gone: string[] = []

  /** Works on a project that nobody works on; of several, on all of them. False where somebody does. */
  async alone(projects: Iterable<Project>, work: () => Promise<void>): Promise<boolean> {
    const taken = [...projects]
    if (taken.some(({ isBusy }) => isBusy)) return false
    for (const project of taken) project.isBusy = true
    try {
      await work()
    } finally {
      for (const project of taken) project.isBusy = false
    }
    return true
  }

  /** Forgets a project with its requests. */
  drop(project: Project): void {
    this.projects.delete(project)
    this.gone.push(`/api/projects/${project.id}`)
  }

  requestsOf(actor: Actor): JoinRequest[] {
    return [...this.projects].flatMap(({ requests }) =>
      [...requests].filter(({ requester }) => requester === actor),
    )
  }
}
