/**
 * The script of a small frontend, built like one: it has the client and nothing else of ours. `scripts/browser-test.ts`
 * calls what is in `app`, and gives it the API's address in place of API.
 */
import { call, createClient, localStorageStorage } from 'devcollab/client'

const { api, auth } = createClient(API, {
  storage: localStorageStorage(),
  onSignedOut: () => {
    app.timesSignedOut++
    show(null)
  },
})

const element = (id) => document.getElementById(id)

function show(user) {
  element('who').textContent = user ? `Signed in as ${user.username}.` : 'Nobody is signed in.'
}

/** @returns the picture, once it is there; rejects if it cannot be shown */
async function showPicture(url, crossOrigin) {
  const image = new Image()
  if (crossOrigin) image.crossOrigin = crossOrigin
  image.src = url
  element('pictures').append(image)
  await image.decode()
  return image
}

const app = {
  timesSignedOut: 0,

  async register(account) {
    show(await auth.register(account))
  },
  async login(credentials) {
    show(await auth.login(credentials))
  },
  async logout() {
    await auth.logout()
    show(null)
  },
  async whoAmI() {
    const user = await auth.session()
    show(user)
    return user?.username ?? null
  },
  async sessions() {
    const { items } = await call(api.accounts.sessions.$get({ query: {} }))
    return items.length
  },

  async createProject(json) {
    const { id } = await call(api.projects.$post({ json }))
    const project = await call(api.projects[':id'].$get({ param: { id: String(id) } }))
    const line = document.createElement('li')
    line.textContent = `${project.title}, by ${project.owner.username}: ${project.techStack.join(', ')}`
    element('projects').append(line)
    return project.title
  },

  /** Uploads a PNG of one colour. @returns the address of the avatar that comes of it */
  async uploadAvatar(colour) {
    const canvas = Object.assign(document.createElement('canvas'), { width: 96, height: 64 })
    const context = canvas.getContext('2d')
    context.fillStyle = colour
    context.fillRect(0, 0, canvas.width, canvas.height)
    const body = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
    const { profile } = await call(api.accounts.me.avatar.$put({}, { init: { body } }))
    return profile.avatarUrl
  },
  async showPicture(url, crossOrigin) {
    const { naturalWidth, naturalHeight } = await showPicture(url, crossOrigin)
    return [naturalWidth, naturalHeight]
  },
  /** The red, green and blue in the middle of a picture, which a browser tells of none that it may not read. */
  async pixelOf(url) {
    const image = await showPicture(url, 'anonymous')
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 })
    element('pictures').append(canvas)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0, 64, 64)
    return [...context.getImageData(32, 32, 1, 1).data].slice(0, 3)
  },

  /** The statuses of so many calls at once. */
  async callTogether(times) {
    const answers = await Promise.all(Array.from({ length: times }, () => api.accounts.me.$get()))
    return answers.map(({ status }) => status)
  },

  tokens: () => localStorageStorage().get(),
  /** As after a quarter of an hour, or worse: keeps another access token. */
  replaceAccess(access) {
    localStorageStorage().set({ ...localStorageStorage().get(), access })
  },

  /** What becomes of things that a page of a foreign origin may try. */
  async trespass(account) {
    const outcome = (attempt) =>
      attempt.then(
        () => 'got an answer',
        (error) => error.name,
      )
    const opaque = await fetch(`${API}/api/projects`, { mode: 'no-cors' })
    return {
      plain: await outcome(fetch(`${API}/api/projects`)),
      client: await outcome(api.projects.$get({ query: {} })),
      register: await outcome(auth.register(account)),
      withoutCors: [opaque.type, opaque.status, await opaque.text()],
    }
  },
}

globalThis.app = app
