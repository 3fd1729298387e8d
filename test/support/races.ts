import { env } from 'cloudflare:workers'

/** Sends ten requests, the n-th made by `make`, before the first is answered. */
export const tenAtOnce = (make: (n: number) => Promise<Response>) =>
  Promise.all(Array.from({ length: 10 }, (_, n) => make(n)))

/** How often each answer was given: `{ '201': 1, '409 request_exists': 9 }`. */
export async function tally(responses: Response[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const response of responses) {
    const text = await response.clone().text()
    const { code } = response.ok || !text ? { code: '' } : JSON.parse(text)
    const name = `${response.status} ${code}`.trim()
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** What D1 answers to a query. */
export const rows = async (query: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all<Record<string, unknown>>()
  ).results
