import type { InferRequestType, InferResponseType } from 'hono/client'
import type { Api } from './api.ts'

type Projects = Api['projects']

/** What everybody may see of a person. */
export type Profile = InferResponseType<Api['accounts']['users'][':username']['$get'], 200>
/** A project with its collaborators and, if signed in, what it is to the viewer. */
export type Project = InferResponseType<Projects[':id']['$get'], 200>
/** A project as lists show it. */
export type ProjectCard = InferResponseType<Projects['$get'], 200>['items'][number]
/** A request to join, as both sides see it. */
export type CollaborationRequest = InferResponseType<
  Projects['requests']['sent']['$get'],
  200
>['items'][number]
/** What a project is posted with. */
export type NewProject = InferRequestType<Projects['$post']>['json']
