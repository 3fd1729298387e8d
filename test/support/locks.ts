/** Web Locks as a browser has them, as far as one name goes. */
export function browserLocks() {
  const names = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()
  return {
    names,
    request(name: string, { signal }: { signal: AbortSignal }, act: () => Promise<unknown>) {
      names.add(name)
      let isGranted = false
      const turn = last.then(() => {
        isGranted = !signal.aborted
        return isGranted ? act() : undefined
      })
      last = turn.catch(() => {})
      const gaveUp = new Promise((_, reject) =>
        signal.addEventListener('abort', () => isGranted || reject(signal.reason)),
      )
      return Promise.race([turn, gaveUp])
    },
  }
}
