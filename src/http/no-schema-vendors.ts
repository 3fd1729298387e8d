/** Stands for the schema libraries that hono-openapi can load and we do not use: see [alias] in wrangler.toml. */
const unused = () => {
  throw new Error('Schemas are described by described() of http/openapi.ts.')
}

export { unused as loadVendor, unused as toJsonSchema, unused as toOpenAPISchema }
