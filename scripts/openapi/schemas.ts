import type { resolver } from 'hono-openapi'
import * as z from 'zod'

/**
 * A schema for the document: what hono-openapi's own resolver does for any library, said in our way. A text that stands for
 * something else (a number in a URL) says so in its meta: `documentedAs`.
 */
export function described(schema: z.ZodType, io: 'input' | 'output' = 'output'): ReturnType<typeof resolver> {
  const toJSONSchema = () =>
    z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // Fields may be added, so no answer forbids them; bounds and patterns that say nothing new are noise.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
        const { documentedAs } = jsonSchema
        if (!documentedAs) return
        for (const key of Object.keys(jsonSchema)) {
          if (key !== 'default' && key !== 'description') delete jsonSchema[key]
        }
        Object.assign(jsonSchema, documentedAs)
      },
    }) as ReturnType<ReturnType<typeof resolver>['toJSONSchema']>
  return {
    vendor: 'zod',
    validate: (value) => schema['~standard'].validate(value),
    toJSONSchema,
    toOpenAPISchema: async () => ({ schema: toJSONSchema(), components: undefined }) as never,
  }
}
