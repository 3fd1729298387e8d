import type { Unstable_Config } from 'wrangler'

/** An environment to deploy to. */
export interface Target {
  config: Unstable_Config
  /** What tells wrangler that it is this one. */
  flags: string[]
}

/** A reason not to go on, with what to do about it. */
export class Halt extends Error {}
