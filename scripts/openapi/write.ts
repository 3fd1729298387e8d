/** Writes the API's own description, which the app serves. A test fails where it is not what the routes say. */
import { writeFileSync } from 'node:fs'
import { openApiDocument } from './document.ts'

writeFileSync('public/openapi.json', await openApiDocument())
