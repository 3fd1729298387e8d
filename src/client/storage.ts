/** What keeps somebody signed in. Opaque but for `userId`, which is the id of the User that signed in. */
export interface Tokens {
  access: string
  refresh: string
  /** Seconds that `access` lives, from when it was received. The client goes by the API's 401s, not by this. */
  expiresIn: number
  userId: number
}

/** Where the tokens are kept. May be shared by tabs; may answer at once or later. */
export interface TokenStorage {
  get(): Tokens | null | undefined | Promise<Tokens | null | undefined>
  set(tokens: Tokens): void | Promise<void>
  clear(): void | Promise<void>
}

/** Keeps the tokens until the page is closed or reloaded, for this client alone. No other script can read them. */
export function memoryStorage(): TokenStorage {
  let kept: Tokens | null = null
  return {
    get: () => kept,
    set: (tokens) => {
      kept = tokens
    },
    clear: () => {
      kept = null
    },
  }
}

interface WebStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/**
 * Keeps the tokens in `localStorage`: all tabs of an origin are signed in together, and stay so. Any script of the origin
 * can read them, so have a strict Content-Security-Policy. Where there is none, as on a server, memory serves.
 */
export function localStorageStorage(key = 'devcollab.tokens'): TokenStorage {
  // Asked for at every use: even to name it throws where the user has forbidden storage.
  const storage = () => (globalThis as unknown as { localStorage: WebStorage }).localStorage
  return {
    get: () => parsed(storage().getItem(key)),
    set: (tokens) => storage().setItem(key, JSON.stringify(tokens)),
    clear: () => storage().removeItem(key),
  }
}

export interface SafeStorage {
  get(): Promise<Tokens | null>
  set(tokens: Tokens): Promise<void>
  clear(): Promise<void>
}

/** A storage that never fails: after the first failure of the one given, it goes on in memory. */
export function resilient(storage: TokenStorage): SafeStorage {
  const memory = memoryStorage()
  let isBroken = false
  const attempt = async <T>(act: () => T | Promise<T>): Promise<T | undefined> => {
    if (isBroken) return undefined
    try {
      return await act()
    } catch {
      isBroken = true
      return undefined
    }
  }
  return {
    async get() {
      const found = await attempt(() => storage.get())
      if (isBroken) return (await memory.get()) ?? null
      const tokens = isTokens(found) ? found : null
      if (tokens) memory.set(tokens)
      else memory.clear()
      return tokens
    },
    async set(tokens) {
      memory.set(tokens)
      if (isBroken) return
      await attempt(() => storage.set(tokens))
      // It still holds a token that is spent: after a reload the client would spend it again, and the API take it for stolen.
      if (isBroken)
        await Promise.resolve()
          .then(() => storage.clear())
          .catch(() => {})
    },
    async clear() {
      memory.clear()
      await attempt(() => storage.clear())
    },
  }
}

function isTokens(found: Tokens | null | undefined): found is Tokens {
  return Boolean(found?.access && found.refresh && found.userId)
}

function parsed(text: string | null): Tokens | null {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
