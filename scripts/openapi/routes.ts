import { type Env, Hono } from 'hono'
import { findTargetHandler } from 'hono/utils/handler'
import { describeRoute, uniqueSymbol } from 'hono-openapi'
import { type Check, notes, type Operation } from '../../src/http/openapi.ts'
import { headersOf, problemResponses } from './responses.ts'
import { described } from './schemas.ts'

/** The routes of the app as hono-openapi reads routes: each tells what it is for, and nothing else. */
export function describedRoutes<E extends Env>(app: Hono<E>): Hono {
  const routes = new Hono()
  for (const { method, path, handler } of app.routes) {
    const target = findTargetHandler(handler)
    const operation = notes.operations.get(target)
    if (operation) routes.on(method, path, describedOperation(operation))
    const check = notes.checks.get(target)
    if (check) routes.on(method, path, describedCheck(check))
  }
  return routes
}

function describedOperation({ tag, answer, problems = [], requestBody, ...rest }: Operation) {
  const { status, description, schema, mediaType, headers = {} } = answer
  const content = schema
    ? { content: { 'application/json': { schema: described(schema) } } }
    : mediaType
      ? { content: { [mediaType]: { schema: { type: 'string' as const, format: 'binary' } } } }
      : {}
  return describeRoute({
    ...rest,
    tags: [tag],
    ...(requestBody && {
      requestBody: {
        required: true,
        description: requestBody.description,
        content: Object.fromEntries(
          Object.entries(requestBody.mediaTypes).map(([type, body]) => [type, { schema: described(body) }]),
        ),
      },
    }),
    responses: {
      [status]: {
        description,
        headers: headersOf(headers),
        ...content,
      },
      ...problemResponses(problems),
    },
  })
}

/** As hono-openapi knows a validator of its own. */
const describedCheck = ({ target, schema }: Check) =>
  Object.assign(describeRoute({}), { [uniqueSymbol]: { target, ...described(schema, 'input') } })
