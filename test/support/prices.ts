/** When these figures were read, in stored copies of the pages that they name. */
export const READ_ON = '2026-11-25'

/** What Cloudflare counts and bills. */
export interface Meter {
  what: string
  /** US dollars on the Workers Paid plan, past what it includes. */
  perMillion: number
  /** What a free account has; of what is counted by the month, a thirtieth. */
  freeADay: number
  /** Below https://developers.cloudflare.com. */
  page: string
}

const DAYS = 30

export const METERS = {
  requests: {
    what: 'requests',
    perMillion: 0.3,
    freeADay: 100_000,
    page: '/workers/platform/pricing/#workers',
  },
  d1RowsRead: {
    what: 'D1 rows read',
    perMillion: 0.001,
    freeADay: 5_000_000,
    page: '/d1/platform/pricing/',
  },
  d1RowsWritten: {
    what: 'D1 rows written',
    perMillion: 1,
    freeADay: 100_000,
    page: '/d1/platform/pricing/',
  },
  kvReads: {
    what: 'KV reads',
    perMillion: 0.5,
    freeADay: 100_000,
    page: '/kv/platform/pricing/',
  },
  kvWrites: {
    what: 'KV writes',
    perMillion: 5,
    freeADay: 1_000,
    page: '/kv/platform/pricing/',
  },
  r2Reads: {
    what: 'R2 reads (class B)',
    perMillion: 0.36,
    freeADay: 10_000_000 / DAYS,
    page: '/r2/pricing/',
  },
  r2Writes: {
    what: 'R2 writes (class A)',
    perMillion: 4.5,
    freeADay: 1_000_000 / DAYS,
    page: '/r2/pricing/',
  },
  pictures: {
    what: 'Images transformations',
    perMillion: 500,
    freeADay: 5_000 / DAYS,
    page: '/images/pricing/',
  },
  objectCalls: {
    what: 'Durable Object calls',
    perMillion: 0.15,
    freeADay: 100_000,
    page: '/durable-objects/platform/pricing/',
  },
  objectGbSeconds: {
    what: 'Durable Object GB-seconds',
    perMillion: 12.5,
    freeADay: 13_000,
    page: '/durable-objects/platform/pricing/',
  },
} satisfies Record<string, Meter>

export type MeterName = keyof typeof METERS

/** An object is billed for its time, as if it had 128 MB. Its calls run bcrypt: `bench/README.md` tells how long. */
export const GB_SECONDS_OF_A_HASH = 0.128 * 0.07

export const METER_NAMES = Object.keys(METERS) as MeterName[]
