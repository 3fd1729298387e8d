/**
 * Writes the types that openapi-typescript makes of the OpenAPI document to dist/api, for test/external. A package of its
 * own, because openapi-typescript needs the TypeScript that it was made for.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const types = astToString(await openapiTS(readFileSync('public/openapi.json', 'utf8')))
mkdirSync('dist/api', { recursive: true })
writeFileSync('dist/api/types.d.ts', types)
