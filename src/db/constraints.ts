/** SQLite's words for a constraint that a write broke: `users.email`, or the name of a CHECK. */
const FAILED_CONSTRAINT = /(?:UNIQUE|CHECK) constraint failed: (?:index ')?([\w.]+(?:, [\w.]+)*)/

/** The constraint that a failed statement broke, looked for along the chain of causes. */
function violatedConstraint(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const name = FAILED_CONSTRAINT.exec(e.message)?.[1]
    if (name) return name
  }
  return undefined
}

/**
 * For `.catch()`: gives the failure of a constraint its name and passes everything else on.
 * Constraints, not a SELECT before the write, decide who wins a race.
 */
export function onConstraint(named: Record<string, () => Error>): (error: unknown) => never {
  return (error) => {
    const constraint = violatedConstraint(error)
    throw (constraint && named[constraint]?.()) ?? error
  }
}
