import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

const isZipped = (file: string) => file.endsWith('.gz')

/**
 * Writes the lines to a new file that only its owner may read, compressed if it is named `.gz`. What fails leaves no file.
 * @throws if there is one of this name
 */
export async function writeLines(file: string, lines: AsyncIterable<string>): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  const source = Readable.from(terminated(lines))
  const target = handle.createWriteStream()
  try {
    await (isZipped(file) ? pipeline(source, createGzip(), target) : pipeline(source, target))
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}

async function* terminated(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`
}

/** The lines of a file. Only a line feed ends one: `readline` would also end them at U+2028, which people may write. */
export async function* readLines(file: string): AsyncGenerator<string> {
  const source = createReadStream(file)
  const unzipped = createGunzip()
  const text = isZipped(file) ? source.on('error', (error) => unzipped.destroy(error)).pipe(unzipped) : source
  let rest = ''
  for await (const chunk of text.setEncoding('utf8')) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest !== '') yield rest
}
