export interface Claims {
  sub: string
  sid: string
  jti: string
  typ: string
  iss: string
  aud: string
  iat: number
  exp: number
  /** Of a refresh token: the session's counter. */
  cnt?: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const keys = new Map<string, Promise<CryptoKey>>()

/** The HMAC key of a secret, imported once for an isolate. */
export function keyOf(secret: string): Promise<CryptoKey> {
  const key =
    keys.get(secret) ??
    crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ])
  keys.set(secret, key)
  return key
}

/** The claims of a genuine token of that kind. */
export async function readToken(
  token: string,
  kind: 'access' | 'refresh',
  secret: string,
): Promise<Claims | undefined> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const signed = encoder.encode(`${header}.${payload}`)
  const isGenuine = await crypto.subtle.verify('HMAC', await keyOf(secret), bytesOf(signature), signed)
  if (!isGenuine || JSON.parse(textOf(header)).alg !== 'HS256') return undefined
  const claims = JSON.parse(textOf(payload)) as Claims
  const now = Date.now() / 1000
  const isValid =
    claims.typ === kind &&
    claims.iss === 'devcollab' &&
    claims.aud === 'devcollab-api' &&
    claims.exp > now &&
    claims.iat <= now + 5
  return isValid ? claims : undefined
}

/** A pair of the session. */
export async function signTokens(
  session: { id: string; userId: number; counter: number; expiresAt: number },
  now: number,
  { accessSeconds, secret }: { accessSeconds: number; secret: string },
) {
  const iat = Math.floor(now / 1000)
  const sessionExp = Math.floor(session.expiresAt / 1000)
  const accessExp = Math.min(iat + accessSeconds, sessionExp)
  const shared = {
    sub: String(session.userId),
    sid: session.id,
    iss: 'devcollab',
    aud: 'devcollab-api',
    iat,
  }
  const [access, refresh] = await Promise.all([
    sign({ ...shared, jti: randomId(), typ: 'access', exp: accessExp }, secret),
    sign({ ...shared, jti: randomId(), typ: 'refresh', cnt: session.counter, exp: sessionExp }, secret),
  ])
  return { access, refresh, expiresIn: accessExp - iat }
}

const HEADER = base64url(encoder.encode('{"alg":"HS256","typ":"JWT"}'))

async function sign(claims: Claims, secret: string): Promise<string> {
  const signed = `${HEADER}.${base64url(encoder.encode(JSON.stringify(claims)))}`
  const mac = await crypto.subtle.sign('HMAC', await keyOf(secret), encoder.encode(signed))
  return `${signed}.${base64url(new Uint8Array(mac))}`
}

/** 256 random bits. */
export const randomId = () => base64url(crypto.getRandomValues(new Uint8Array(32)))

export function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

const bytesOf = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  )

const textOf = (text: string) => decoder.decode(bytesOf(text))
