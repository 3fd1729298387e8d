import { expect } from 'vitest'
import type { Bindings } from '../../src/env.ts'
import { NO_OPERATIONS, type Operations } from '../../src/operations.ts'
import { counting } from './bindings.ts'
import { logged } from './logs.ts'
import { GB_SECONDS_OF_A_HASH, METER_NAMES, METERS, type MeterName } from './prices.ts'

/** What calls used of all that is billed, and of some that is not. */
export type Usage = Operations & Record<MeterName | 'logEvents', number>

/**
 * Makes a request and tells what it used, by the line that it logs. What went through the bindings must agree: then
 * nothing is asked of a store that the line does not know of.
 */
export async function usageOf(
  status: number,
  request: (env: Partial<Bindings>) => Promise<Response>,
): Promise<Usage> {
  const { env, operations: seen } = counting()
  logged.length = 0
  const answer = await request(env)
  expect(answer.status).toBe(status)
  const lines = logged.filter(({ event }) => event === 'request')
  expect(lines).toHaveLength(1)
  const operations = { ...NO_OPERATIONS, ...(lines[0] as Partial<Operations>) }
  expect(operations).toMatchObject(seen)
  return usage({
    ...operations,
    requests: 1,
    objectGbSeconds: operations.objectCalls * GB_SECONDS_OF_A_HASH,
    // The platform writes one for each invocation, be it of the Worker or of an object.
    logEvents: 1 + operations.objectCalls + logged.length,
  })
}

const NAMES = [...(Object.keys(NO_OPERATIONS) as (keyof Operations)[]), ...METER_NAMES, 'logEvents'] as const

const usage = (known: Partial<Usage>) =>
  Object.fromEntries(NAMES.map((name) => [name, known[name] ?? 0])) as Usage

/** The usage of all of them together, each so many times. */
export const sum = (parts: (readonly [Usage, number])[]) =>
  usage(
    Object.fromEntries(
      NAMES.map((name) => [name, parts.reduce((total, [part, times]) => total + part[name] * times, 0)]),
    ),
  )

/** US dollars for a million times this. */
export const priceOfMillion = (used: Usage) =>
  METER_NAMES.reduce((total, name) => total + used[name] * METERS[name].perMillion, 0)

/** How often a free account serves this in a day, and what is used up then. */
export function freeADay(used: Usage): { times: number; limit: MeterName } {
  const limits = METER_NAMES.filter((name) => used[name] > 0).map((limit) => ({
    times: Math.floor(METERS[limit].freeADay / used[limit]),
    limit,
  }))
  return limits.reduce((least, each) => (each.times < least.times ? each : least))
}
