import { styleText } from 'node:util'
import type * as z from 'zod'
import { type Answer, ask, inWords, type Luggage, problem, surprise } from './answers.ts'

const INDENT = '      '

/** Tells, step by step on standard output, what a server answers, and throws a `Surprise` where it strays from the plot. */
export class Story {
  readonly #baseUrl: string
  #step = 0

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  /** Begins the next step with a sentence. */
  step(sentence: string): void {
    this.#step++
    console.log(`\n${styleText('bold', `${String(this.#step).padStart(3)}.  ${sentence}`)}`)
  }

  /**
   * Sends a request such as `GET /api/health` and reads an answer of that status and shape, of which `tell` says
   * what is worth seeing.
   */
  async answer<Shape extends z.ZodType>(
    request: string,
    luggage: Luggage,
    status: number,
    shape: Shape,
    tell: (body: z.output<Shape>) => string,
  ): Promise<z.output<Shape>> {
    const came = await this.#send(request, luggage)
    if (came.status !== status) throw surprise(`${status} to ${request}`, inWords(came))
    const body = shape.safeParse(came.body)
    if (!body.success) {
      const faults = body.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'body'}: ${message.replace('Invalid input: ', '')}`,
      )
      throw surprise(`another body in the ${status} to ${request} (${faults.join('; ')})`, inWords(came))
    }
    this.#result('green', status, tell(body.data))
    return body.data
  }

  /** Sends a request that must be refused with that status and code. */
  async refusal(request: string, luggage: Luggage, status: number, code: string): Promise<void> {
    const came = await this.#send(request, luggage)
    const body = problem.safeParse(came.body)
    if (came.status !== status || body.data?.code !== code) {
      throw surprise(`${status} ${code} to ${request}`, inWords(came))
    }
    this.#result('yellow', status, `${code}: ${body.data.detail}`)
  }

  /** Makes sure of a detail of an answer, named so that `what expected` reads well. */
  expect<T extends string | number>(what: string, expected: T, came: T | undefined): void {
    if (came !== expected) throw surprise(`${what} ${expected}`, String(came ?? 'none'))
  }

  #result(colour: 'green' | 'yellow', status: number, told: string): void {
    console.log(`${INDENT}${styleText(colour, String(status))}  ${told.replaceAll('\n', `\n${INDENT}     `)}`)
  }

  #send(request: string, luggage: Luggage): Promise<Answer> {
    console.log(`${INDENT}${styleText('dim', request)}`)
    return ask(this.#baseUrl, request, luggage)
  }
}
