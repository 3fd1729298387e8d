import type { InferRequestType, InferResponseType } from 'hono/client'
import type { Api } from './api.ts'
import { call } from './call.ts'
import { ApiError } from './errors.ts'
import { insist } from './insist.ts'
import type { Session } from './session.ts'

type Accounts = Api['accounts']
type JsonOf<Endpoint> = InferRequestType<Endpoint> extends { json: infer Json } ? Json : never

/** Somebody's own account. */
export type User = InferResponseType<Accounts['me']['$get'], 200>

/** Signing in and out. Every failure is an ApiError or a NetworkError. */
export interface Auth {
  /** Makes an account and signs in to it. */
  register(account: JsonOf<Accounts['register']['$post']>): Promise<User>
  login(credentials: JsonOf<Accounts['login']['$post']>): Promise<User>
  /**
   * Ends the session. The tokens are forgotten whatever happens; if it fails, the API has not been told, and the session
   * lives on there.
   */
  logout(): Promise<void>
  /** Ends every session of the user, this one included. */
  logoutAll(): Promise<void>
  /** Every other session ends; this client goes on in a new one. */
  changePassword(passwords: JsonOf<Accounts['me']['password']['$post']>): Promise<void>
  deleteAccount(confirmation: JsonOf<Accounts['me']['$delete']>): Promise<void>
  /** Who is signed in, as the API says; null, without asking it, if there are no tokens. */
  session(): Promise<User | null>
}

/** `open` sends no token. `signed` does, and waits for a turn to renew it; `inTurn` does, from within a turn. */
export function createAuth(session: Session, open: Api, signed: Api, inTurn: Api): Auth {
  const begin = async ({ user, ...tokens }: InferResponseType<Accounts['login']['$post'], 200>) => {
    await session.inTurn(() => session.keep({ ...tokens, userId: user.id }), { isUrgent: true })
    return user
  }
  /**
   * Asks, and then does what follows for the session, in one turn, so that no other call finds the session over and takes it for
   * ended from elsewhere. If somebody else has signed in by the time of a late answer, nothing follows.
   */
  const inOneTurn = <T>(ask: () => Promise<T>, follow: (answer: T, userId: number) => Promise<unknown>) =>
    session.inTurn(async () => {
      const userId = (await session.tokens())?.userId
      const answer = await ask()
      if (userId && (await session.tokens())?.userId === userId) await follow(answer, userId)
    })

  return {
    register: async (json) => begin(await call(open.accounts.register.$post({ json }))),
    login: async (json) => begin(await call(open.accounts.login.$post({ json }))),

    async logout() {
      const tokens = await session.inTurn(() => session.forget(), { isUrgent: true })
      if (!tokens) return
      const json = { refresh: tokens.refresh }
      await insist((signal) => call(open.accounts.logout.$post({ json }, { init: { signal } }))).catch(
        (error) => {
          // A token that the API does not know opens nothing either.
          if (!isUnauthorized(error)) throw error
        },
      )
    },
    logoutAll: () =>
      inOneTurn(
        () => call(inTurn.accounts['logout-all'].$post()),
        () => session.forget(),
      ),
    deleteAccount: (json) =>
      inOneTurn(
        () => call(inTurn.accounts.me.$delete({ json })),
        () => session.forget(),
      ),
    changePassword: (json) =>
      inOneTurn(
        () => call(inTurn.accounts.me.password.$post({ json })),
        (pair, userId) => session.keep({ ...pair, userId }),
      ),

    async session() {
      if (!(await session.tokens())) return null
      try {
        return await call(signed.accounts.me.$get())
      } catch (error) {
        if (isUnauthorized(error)) return null
        throw error
      }
    },
  }
}

const isUnauthorized = (error: unknown) => error instanceof ApiError && error.status === 401
