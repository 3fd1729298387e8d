/** The API's own description. The app makes it without any of its stores, so it needs no server. */
export async function apiDocument(): Promise<Record<string, unknown>> {
  // Named by a text: the compiler would check the Worker with the types of Node.
  const { app } = await import(String(new URL('../src/app.ts', import.meta.url)))
  const secret = 'signs nothing, and has at least 32 bytes'
  const answer: Response = await app.request(
    '/api/openapi.json',
    {},
    { JWT_SECRET: secret, RATE_LIMIT: 'off' },
  )
  if (!answer.ok) throw new Error(`The app does not describe itself: ${await answer.text()}`)
  return answer.json()
}
