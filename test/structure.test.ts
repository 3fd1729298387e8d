import { describe, expect, it } from 'vitest'

const sources = import.meta.glob<string>('../src/**/*.ts', { query: '?raw', import: 'default', eager: true })

const imports = Object.entries(sources).flatMap(([file, source]) => {
  const from = file.replace('../src/', '')
  return [...source.matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) => ({
    from,
    to: new URL(path, `file:///${from}`).pathname.slice(1),
  }))
})

const offenders = (isWrong: (from: string, to: string) => boolean) =>
  imports.filter(({ from, to }) => isWrong(from, to)).map(({ from, to }) => `${from} → ${to}`)

describe('The sources', () => {
  it('are read by this test', () => {
    expect(imports.length).toBeGreaterThan(50)
  })

  it('keep http free of the database and of both rooms', () => {
    expect(offenders((from, to) => from.startsWith('http/') && !to.startsWith('http/'))).toEqual([])
  })

  it('keep db free of both rooms', () => {
    expect(offenders((from, to) => from.startsWith('db/') && !/^(db|http)\//.test(to))).toEqual([])
  })

  it('keep accounts free of projects', () => {
    expect(offenders((from, to) => from.startsWith('accounts/') && to.startsWith('projects/'))).toEqual([])
  })

  it('let projects use of accounts only its tables, its views and the guard', () => {
    const allowed = /^accounts\/(tables|views|guard|answers)\.ts$/
    expect(
      offenders(
        (from, to) => from.startsWith('projects/') && to.startsWith('accounts/') && !allowed.test(to),
      ),
    ).toEqual([])
  })

  it('keep the client apart: of the server it knows the type of the app', () => {
    expect(
      offenders((from, to) => from.startsWith('client/') && !to.startsWith('client/') && to !== 'index.ts'),
    ).toEqual([])
    expect(offenders((from, to) => !from.startsWith('client/') && to.startsWith('client/'))).toEqual([])
  })

  it('let only app.ts import routes', () => {
    expect(offenders((from, to) => from !== 'app.ts' && to.endsWith('.routes.ts'))).toEqual([])
  })

  it('let only tables, queries, search and db speak Drizzle', () => {
    const speakers = Object.entries(sources).filter(([, source]) => source.includes("from 'drizzle-orm"))
    for (const [file] of speakers) expect(file).toMatch(/(?:\/db\/|tables|queries|search).*\.ts$/)
  })

  it('put nothing but numbers of our own into statements as text', () => {
    const uses = Object.values(sources).flatMap((source) =>
      [...source.matchAll(/\bsql\s*\.\s*(?:raw|identifier)\b.*|\binlineParams\b|\bStringChunk\b/g)].map(
        ([use]) => use,
      ),
    )
    const numbers = [
      /^sql\.raw\(`(?:part)?\$\{tier\}`\)/,
      /^sql\.raw\(`\$\{[A-Z_]+\}`\)/,
      /^sql\.raw\(String\([A-Z_]+\)\)/,
    ]
    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter((use) => !numbers.some((form) => form.test(use)))).toEqual([])
  })

  it('know no hash that is broken (ASVS 11.4.1)', () => {
    const hashing = Object.entries(sources).filter(
      ([file, source]) =>
        !file.endsWith('/common-passwords.ts') && /md5|sha-?1(?!\d)|node:crypto/i.test(source),
    )
    expect(hashing.map(([file]) => file)).toEqual([])
  })

  it('let one file speak KV, one R2 and one Images', () => {
    const touching = (type: string) =>
      Object.entries(sources)
        .filter(([file, source]) => source.includes(type) && !file.endsWith('env.ts'))
        .map(([file]) => file)
    expect(touching('KVNamespace')).toEqual(['../src/accounts/blacklist.ts'])
    expect(touching('R2Bucket')).toEqual(['../src/accounts/avatars.ts'])
    expect(touching('ImagesBinding')).toEqual(['../src/accounts/pictures.ts'])
  })
})
