import fc from 'fast-check'

/** What breaks parsers, queries, patterns, templates, pages and limits elsewhere. */
const HOSTILE = [
  '',
  '\u0000',
  'a\u0000b',
  '\u0085',
  '\ufeff',
  '\u202e',
  '\ud800',
  'x\udfff',
  'e\u0301'.repeat(500),
  '\u0340'.repeat(3000),
  '__proto__',
  'constructor',
  "' OR 1=1 --",
  "'; DROP TABLE users; --",
  '" OR "1"="1',
  '" * OR title : x NEAR(',
  'title:x AND {facets} : (y)',
  'NOT x" ^ - * + ()',
  '%',
  '_%_',
  '[a-z]*',
  '\\',
  '../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%ff',
  '%zz',
  '%',
  '<script>alert(1)</script>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an injection into templates
  '${7*7}{{7*7}}',
  '\r\nSet-Cookie: x=y',
  'x'.repeat(20_000),
  '🦀'.repeat(5000),
  '9'.repeat(400),
  '-0',
  '1e999',
  'NaN',
  'Infinity',
  '9007199254740993',
  'null',
  'undefined',
  '[object Object]',
  'ß',
  'ﬀ',
  'İ',
]
export const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.tuple(fc.constantFrom(...HOSTILE), fc.constantFrom(...HOSTILE)).map(([a, b]) => a + b),
)

/** JSON as text, since some of it is no value of ours. */
const HOSTILE_JSON = [
  '1e999',
  '-0',
  '9007199254740993',
  '1'.repeat(400),
  '{"__proto__":{"x":1}}',
  '{"toString":null,"toJSON":1}',
  '{"length":99999999}',
  '"\\ud800"',
  '"\\u0000"',
  '[["\\ud800"]]',
  `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  `[${'0,'.repeat(10_000)}0]`,
  `[${'"x",'.repeat(10_000)}"y"]`,
]
export const hostileJson = fc.oneof(
  fc.constantFrom(...HOSTILE_JSON),
  hostileText.map((text) => JSON.stringify(text)),
)

/** A URL takes any text, a broken percent-encoding too, but for what would end the path. */
export const hostileInUrl = fc.oneof(
  hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    '%',
    '%f',
    '%ff',
    '%zz',
    '%00',
    '%2e%2e',
    '%2e%2e%2f',
    '%252e',
    '%c0%af',
    '%ed%a0%80',
    ';a=b',
    '*',
    '.',
    '..',
  ),
)

/** What a header may say that is not what it is for. */
export const ODD_HEADERS: Record<string, string[]> = {
  'If-None-Match': ['*', '""', 'W/""', '"', '"x", W/"y"', ',,,', 'x', `"${'x'.repeat(9000)}"`, '*, "x"'],
  'If-Match': ['*', '"x"', 'x'],
  'If-Modified-Since': ['yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT', ''],
  Range: ['bytes=0-0', 'bytes=5-1', 'bytes=-1', 'bytes=0-,0-,0-', 'x'],
  Accept: ['text/html', '*/*;q=0', 'application/xml', '', ','],
  'Accept-Encoding': ['', 'identity;q=0', '*;q=0', 'x'],
  'User-Agent': ['', 'x'.repeat(9000), '<!--#exec-->', "' OR 1=1"],
  'X-Request-Id': ['', 'x'.repeat(9000), '<script>', '{"a":"b"}'],
  Origin: ['null', 'http://localhost:3000', 'http://localhost:3000.evil.example', '*', 'x'],
  'CF-Connecting-IP': ['', 'x', '::', '::ffff:1.2.3.4', '999.1.1.1', "1.2.3.4' --"],
  'X-HTTP-Method-Override': ['DELETE', 'x'],
  Expect: ['100-continue', 'x'],
  Cookie: ['x', 'token=x', '='.repeat(100)],
}
