/**
 * What the document shows of bodies and answers, where a tool would else make something up of their schemas: Grace signs
 * up, posts a project, and lets Linus in. They are the document's alone, and no weight on the Worker.
 */

const PASSWORD = 'a nanosecond of wire'
const grace = { email: 'grace@example.com', username: 'grace', displayName: 'Grace Hopper' }

const profileFields = {
  bio: 'I write compilers, and teach whoever asks.',
  skills: ['COBOL', 'C++'],
  githubUrl: 'https://github.com/grace',
}

const projectFields = {
  title: 'Chess in Rust',
  description: 'An engine to learn from, and a board to play on in the browser.',
  techStack: ['Rust', 'WebAssembly'],
  rolesNeeded: ['Designer', 'Tester'],
  status: 'planning',
  isOpen: true,
}

const requestFields = { message: 'May I draw the pieces?', role: 'Designer' }

/** The first characters of a token. A whole one would look like a secret that has leaked. */
const tokens = { access: 'eyJhbGciOiJIUzI1NiIs…', refresh: 'eyJhbGciOiJIUzI1NiIs…' }

/** The JSON bodies, by the operations that take them. */
export const BODY_EXAMPLES: Record<string, object> = {
  register: { ...grace, password: PASSWORD },
  login: { email: grace.email, password: PASSWORD },
  refresh: { refresh: tokens.refresh },
  logout: { refresh: tokens.refresh },
  updateMe: profileFields,
  changePassword: { currentPassword: PASSWORD, newPassword: 'a microsecond of wire' },
  deleteMe: { password: PASSWORD },
  createProject: projectFields,
  updateProject: { rolesNeeded: ['Tester'], status: 'in_progress' },
  createRequest: requestFields,
  decideRequest: { status: 'accepted' },
}

const AVATARS = 'https://api.example.com/api/accounts/avatars'
const aMoment = '2026-11-24T21:46:55.000Z'
const later = '2026-11-25T08:12:03.000Z'

const person = {
  username: grace.username,
  displayName: grace.displayName,
  avatarUrl: `${AVATARS}/497790947d4666760ce38f3c00e852c71403cb9c5696d829`,
}
const linus = { username: 'linus', displayName: 'Linus', avatarUrl: null }
const profile = { ...person, ...profileFields, joinedAt: aMoment }
const user = { id: 7, email: grace.email, username: grace.username, createdAt: aMoment, profile }
const pair = { ...tokens, expiresIn: 900 }

const card = {
  id: 41,
  ...projectFields,
  owner: person,
  collaboratorCount: 1,
  createdAt: aMoment,
  updatedAt: later,
}
const ownCard = { ...card, pendingRequestCount: 2 }
const request = {
  id: 108,
  status: 'accepted',
  ...requestFields,
  createdAt: aMoment,
  decidedAt: later,
  project: { id: card.id, title: card.title },
  requester: linus,
}

/** The answers, by the names of their schemas. */
export const ANSWER_EXAMPLES: Record<string, object> = {
  Person: person,
  Profile: profile,
  User: user,
  Tokens: pair,
  SignedIn: { user, ...pair },
  Session: {
    id: 'q4kXJ0nVb7m1wYt2cR9sLh3GfDzPaE6uTiOxWvNyKgA',
    createdAt: aMoment,
    lastUsedAt: later,
    expiresAt: '2026-12-09T08:12:03.000Z',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    current: true,
  },
  ProjectCard: card,
  OwnProjectCard: ownCard,
  Project: {
    ...card,
    collaborators: [{ ...linus, role: requestFields.role }],
    viewer: { isOwner: true, isCollaborator: false, request: null },
  },
  CollaborationRequest: request,
  Dashboard: {
    owned: [ownCard],
    collaborating: [],
    received: [{ ...request, id: 109, status: 'pending', decidedAt: null }],
    sent: [],
  },
  Facets: {
    techStack: [
      { name: 'TypeScript', count: 61 },
      { name: 'Rust', count: 18 },
    ],
    rolesNeeded: [{ name: 'Designer', count: 23 }],
  },
}
