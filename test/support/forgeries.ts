import { env } from 'cloudflare:workers'
import { decode, sign } from 'hono/jwt'
import { register } from './world.ts'

type Claims = Record<string, unknown>
/** A way to make a bad token out of a genuine one and its claims. */
export type Attack = [how: string, forge: (genuine: string, claims: Claims) => string | Promise<string>]

const FOREIGN_SECRET = 'a secret of somebody else, of at least 32 bytes'
const HS256 = { alg: 'HS256', typ: 'JWT' }
const now = () => Math.floor(Date.now() / 1000)

/** A token made by hand, signed with HMAC-SHA-256 whatever its header says. */
async function forge(header: unknown, payload: unknown, secret = env.JWT_SECRET): Promise<string> {
  const content = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(payload))}`
  const bytes = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), algorithm, false, ['sign'])
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes.encode(content)))
  return `${content}.${base64url(String.fromCharCode(...mac))}`
}

function base64url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const part = (token: string, index: number) => token.split('.')[index] ?? ''
const claimsOf = (token: string) => decode(token).payload as Claims
export const withClaims =
  (changed: Claims): Attack[1] =>
  (_, claims) =>
    forge(HS256, { ...claims, ...changed })
const unsigned =
  (header: unknown): Attack[1] =>
  (genuine) =>
    `${base64url(JSON.stringify(header))}.${part(genuine, 1)}.`

/** Refused as an access token and as a refresh token alike, which the genuine one it is made of is not. */
export const ATTACKS: Attack[] = [
  ['signed with a foreign secret', (_, claims) => sign(claims, FOREIGN_SECRET, 'HS256')],
  ...['none', 'None', 'NONE', 'nOnE', ''].map(
    (alg): Attack => [
      `of algorithm "${alg}" without a signature (RFC 8725, 3.2)`,
      unsigned({ alg, typ: 'JWT' }),
    ],
  ),
  [
    'of algorithm none with a genuine signature (RFC 8725, 3.1)',
    (_, claims) => forge({ alg: 'none' }, claims),
  ],
  ['of HS384 with our secret (RFC 8725, 3.1)', (_, claims) => sign(claims, env.JWT_SECRET, 'HS384')],
  ['of HS512 with our secret (RFC 8725, 3.1)', (_, claims) => sign(claims, env.JWT_SECRET, 'HS512')],
  ...['RS256', 'ES256', 'PS256', 'EdDSA', 'hs256', 'HS256 ', ['HS256'], null, undefined].map(
    (alg): Attack => [
      `that claims algorithm ${JSON.stringify(alg)} over our HMAC (RFC 8725, 3.1)`,
      (_, claims) => forge({ alg, typ: 'JWT' }, claims),
    ],
  ),
  ['without a signature part', (genuine) => genuine.split('.').slice(0, 2).join('.')],
  ['with an empty signature (RFC 8725, 3.3)', (genuine) => `${part(genuine, 0)}.${part(genuine, 1)}.`],
  [
    'with a signature of zeros (RFC 8725, 3.3)',
    (genuine) => `${part(genuine, 0)}.${part(genuine, 1)}.${'A'.repeat(43)}`,
  ],
  ['with a padded signature (RFC 7515, 2)', (genuine) => `${genuine}=`],
  [
    'with the bytes of its signature written in another way (RFC 4648, 3.5)',
    (genuine) => genuine.slice(0, -1) + String.fromCharCode(genuine.charCodeAt(genuine.length - 1) + 1),
  ],
  [
    'with the signature of another token',
    async (genuine, claims) =>
      `${part(genuine, 0)}.${part(genuine, 1)}.${part(await forge(HS256, { ...claims, jti: 'another' }), 2)}`,
  ],
  ['cut by one character', (genuine) => genuine.slice(0, -1)],
  ['cut in half', (genuine) => genuine.slice(0, genuine.length / 2)],
  [
    'with another payload under the signature (RFC 8725, 3.3)',
    (genuine, claims) =>
      `${part(genuine, 0)}.${base64url(JSON.stringify({ ...claims, exp: now() + 9e6 }))}.${part(genuine, 2)}`,
  ],
  [
    'with another header over the signature (RFC 8725, 3.3)',
    (genuine) => `${base64url('{"typ":"JWT","alg":"HS256"}')}.${part(genuine, 1)}.${part(genuine, 2)}`,
  ],
  ['of five parts, as if encrypted', (genuine) => `${genuine}.x.y`],
  ['of four parts', (genuine) => `${genuine}.${part(genuine, 2)}`],
  ['of dots', () => '..'],
  ['that is no base64url', () => '!$.%%.()'],
  ...[null, 'text', 1, true, [], {}].map(
    (payload): Attack => [`whose payload is ${JSON.stringify(payload)}`, () => forge(HS256, payload)],
  ),
  ['with a header that is null', (_, claims) => forge(null, claims)],
  [
    'with an unknown critical extension (RFC 7515, 4.1.11)',
    (_, claims) => forge({ ...HS256, crit: ['x'], x: 1 }, claims),
  ],
  [
    'of a foreign media type (RFC 8725, 3.11)',
    (_, claims) => forge({ alg: 'HS256', typ: 'secevent+jwt' }, claims),
  ],
  [
    'that brings its own key as jwk (RFC 8725, 3.10)',
    (_, claims) =>
      forge(
        { ...HS256, jwk: { kty: 'oct', alg: 'HS256', k: base64url(FOREIGN_SECRET) } },
        claims,
        FOREIGN_SECRET,
      ),
  ],
  ...['../../dev/null', "' UNION SELECT 'key' --", FOREIGN_SECRET].map(
    (kid): Attack => [
      `that names its key, kid ${kid} (RFC 8725, 3.10)`,
      (_, claims) => forge({ ...HS256, kid }, claims, FOREIGN_SECRET),
    ],
  ),
  ...['jku', 'x5u'].map(
    (name): Attack => [
      `that says where its key is, in ${name} (RFC 8725, 3.10)`,
      (_, claims) => forge({ ...HS256, [name]: 'https://evil.example/keys' }, claims, FOREIGN_SECRET),
    ],
  ),
  ...['sub', 'sid', 'jti', 'typ', 'iss', 'aud', 'iat', 'exp'].flatMap((name): Attack[] => [
    [`without ${name}`, withClaims({ [name]: undefined })],
    ...[null, true, {}, [], ''].map(
      (value): Attack => [`whose ${name} is ${JSON.stringify(value)}`, withClaims({ [name]: value })],
    ),
  ]),
  ...['sub', 'sid', 'jti', 'typ', 'iss', 'aud'].flatMap((name): Attack[] => [
    [
      `whose ${name} is a number`,
      (_, claims) => forge(HS256, { ...claims, [name]: name === 'sub' ? Number(claims.sub) : 1 }),
    ],
    [
      `whose ${name} is a list of the right one`,
      (_, claims) => forge(HS256, { ...claims, [name]: [claims[name]] }),
    ],
  ]),
  ...['iat', 'exp'].map(
    (name): Attack => [
      `whose ${name} is a number in quotes`,
      (_, claims) => forge(HS256, { ...claims, [name]: String(claims[name]) }),
    ],
  ),
  ...['0', '-1', '+1', '1e0', '1.0', '0x1', ' 1', '99999999999999999999', 'me'].map(
    (sub): Attack => [`whose sub is "${sub}" (RFC 8725, 3.8)`, withClaims({ sub })],
  ),
  ...['evil', 'devcollab.evil.example', 'DEVCOLLAB', 'devcollab '].map(
    (iss): Attack => [`of the issuer "${iss}" (RFC 8725, 3.8)`, withClaims({ iss })],
  ),
  ...['another-api', 'devcollab', 'devcollab-api-2'].map(
    (aud): Attack => [`for the audience "${aud}" (RFC 8725, 3.9)`, withClaims({ aud })],
  ),
  ...['refresh access', 'ACCESS', 'id', 'JWT'].map(
    (typ): Attack => [`of the kind "${typ}" (RFC 8725, 3.12)`, withClaims({ typ })],
  ),
  [
    'issued an hour from now',
    (_, claims) => forge(HS256, { ...claims, iat: now() + 3600, exp: now() + 7200 }),
  ],
  ['issued in milliseconds', (_, claims) => forge(HS256, { ...claims, iat: Date.now() })],
  ['not valid before an hour from now', (_, claims) => forge(HS256, { ...claims, nbf: now() + 3600 })],
]

/** Well made, which takes our secret, but of no session that there is. */
export const MISPLACED: Attack[] = [
  ['of an unknown session', withClaims({ sid: 'A'.repeat(43) })],
  [
    "of another session's prefix",
    (_, claims) => forge(HS256, { ...claims, sid: String(claims.sid).slice(0, -1) }),
  ],
  [
    "with another user's sub",
    async (_, claims) => forge(HS256, { ...claims, sub: String((await register()).id) }),
  ],
  [
    "with another user's sid",
    async (_, claims) => forge(HS256, { ...claims, sid: claimsOf((await register()).access).sid }),
  ],
  ['whose sub is no safe integer', (_, claims) => forge(HS256, { ...claims, sub: '9007199254740993' })],
]

export const EXPIRED: Attack[] = [
  ['that expired a second ago', (_, claims) => forge(HS256, { ...claims, exp: now() - 1 })],
  ['that expires this second', (_, claims) => forge(HS256, { ...claims, exp: now() })],
  ['that expired long ago', (_, claims) => forge(HS256, { ...claims, exp: 1 })],
]

export const COUNTERS: Attack[] = [undefined, null, '0', -1, 0.5, [0]].map((cnt) => [
  `whose counter is ${JSON.stringify(cnt)}`,
  withClaims({ cnt }),
])

/** What an attack makes of a genuine token. */
export const forged = async (attack: Attack[1], genuine: string) => attack(genuine, claimsOf(genuine))
