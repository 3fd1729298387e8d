/**
 * Writes the OpenAPI document and the types that openapi-typescript makes of it to dist/api, for test/external. A package
 * of its own, because openapi-typescript needs the TypeScript that it was made for.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'
import { apiDocument } from '../api-document.ts'

const document = await apiDocument()
const types = astToString(await openapiTS(JSON.stringify(document)))
mkdirSync('dist/api', { recursive: true })
writeFileSync('dist/api/openapi.json', `${JSON.stringify(document, null, 2)}\n`)
writeFileSync('dist/api/types.d.ts', types)
