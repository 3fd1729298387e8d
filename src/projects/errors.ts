import { Problem } from '../http/errors.ts'

export const ownProject = () => new Problem(409, 'own_project', 'This is your own project.')
export const requestExists = () =>
  new Problem(409, 'request_exists', 'You have asked to join this project already.')
export const requestDecided = () =>
  new Problem(409, 'request_decided', 'This request has been decided already.')
export const projectClosed = () =>
  new Problem(409, 'project_closed', 'This project takes no requests at present.')
