import { ok, send } from './api.ts'

export type Query = Record<string, string | number | boolean | string[] | undefined>

/** The path of a list with a query: several values of a parameter give it several times. */
export function pathOf(query: Query, path = '/api/projects'): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [value].flat().map((each) => [key, `${each}`]),
  )
  return `${path}?${new URLSearchParams(pairs)}`
}

/** A page of the list of projects. */
export const list = (query: Query) => ok(send(pathOf(query)))

export const idsOf = async (query: Query): Promise<number[]> =>
  (await list(query)).items.map(({ id }: { id: number }) => id)
