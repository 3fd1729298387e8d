import { forbidden, Problem, rateLimited } from '../http/errors.ts'
import type { Policy } from '../http/policies.ts'

export const notOwner = () => forbidden('Only the owner of the project may do this.')
export const notDecider = () => forbidden('Only the owner of the project decides its requests.')
export const notRequester = () => forbidden('Only the one who sent the request may withdraw it.')
export const ownProject = () => new Problem(409, 'own_project', 'This is your own project.')
export const requestExists = () =>
  new Problem(409, 'request_exists', 'You have asked to join this project already.')
export const requestDecided = () =>
  new Problem(409, 'request_decided', 'This request has been decided already.')
export const projectClosed = () =>
  new Problem(409, 'project_closed', 'This project takes no requests at present.')
export const postsUsedUp = (posts: Policy, retryAfterSeconds: number) =>
  rateLimited(posts, retryAfterSeconds, 'You have posted too many projects of late.')
export const projectFull = () =>
  new Problem(409, 'project_full', 'This project has as many collaborators as one may have.')
export const inboxFull = (inbox: Policy, retryAfterSeconds: number) =>
  rateLimited(inbox, retryAfterSeconds, 'The owner has received too many requests of late.')
