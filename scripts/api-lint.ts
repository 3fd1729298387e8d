/** Holds the OpenAPI document against its specification and against common sense, by two tools that do not know the app. */
import { readFileSync } from 'node:fs'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'

const text = readFileSync('public/openapi.json', 'utf8')
const document: Record<string, unknown> = JSON.parse(text)
const complaints = [...(await againstSpecification()), ...(await againstRules())]
for (const complaint of complaints) console.error(complaint)
const count = Object.values(Object(document.paths)).flatMap((path) => Object.keys(Object(path))).length
console.log(`OpenAPI ${document.openapi}: ${count} operations, ${complaints.length} errors and warnings.`)
if (count === 0 || complaints.length > 0) process.exitCode = 1

async function againstSpecification(): Promise<string[]> {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  return valid ? [] : [`specification: ${JSON.stringify(errors, null, 2)}`]
}

async function againstRules(): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      // /requests/{id} beside /{id}/requests is the contract. An id is a number, so no path has two meanings.
      'no-ambiguous-paths': 'off',
    },
  })
  const problems = await lintFromString({ source: text, config })
  return problems.map(({ severity, ruleId, message, location }) => {
    const places = location.map(({ pointer }) => pointer ?? '').join(', ')
    return `${severity} ${ruleId} at ${places}: ${message}`
  })
}
