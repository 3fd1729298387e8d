/** What is always true of the database, between any two transactions. */
export interface Invariant {
  /** What holds, as a sentence. */
  name: string
  /** A SELECT of the rows at fault; it finds none while the invariant holds. */
  violations: string
}

/** How far the clocks of two machines that write one row may differ. */
export const SKEW_MS = 5000
