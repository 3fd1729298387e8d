/** SQLite's words for what a write would have made twice: `users.email`. */
const TAKEN = /UNIQUE constraint failed: ([\w.]+(?:, [\w.]+)*)/

/**
 * For `.catch()`: gives the failure of a constraint its name and passes everything else on.
 * Constraints, not a SELECT before the write, decide who wins a race.
 */
export function onConstraint(named: Record<string, () => Error>): (error: unknown) => never {
  return (error) => {
    const taken = error instanceof Error ? TAKEN.exec(error.message)?.[1] : undefined
    throw (taken && named[taken]?.()) ?? error
  }
}
