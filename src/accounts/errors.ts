import { challenge, Problem } from '../http/errors.ts'

export const emailTaken = () =>
  new Problem(409, 'email_taken', 'Somebody has registered with this email already.', {
    errors: [{ pointer: '/email', message: 'is taken' }],
  })
export const usernameTaken = () =>
  new Problem(409, 'username_taken', 'This username belongs to somebody else.', {
    errors: [{ pointer: '/username', message: 'is taken' }],
  })
export const invalidCredentials = () => new Problem(401, 'invalid_credentials', 'Wrong email or password.')
/** The caller's own password is wrong, which the body has under that name. */
export const wrongPassword = (name: 'password' | 'currentPassword') =>
  new Problem(401, 'invalid_credentials', 'Wrong password.', {
    errors: [{ pointer: `/${name}`, message: 'is wrong' }],
  })
export const invalidImage = (detail: string) => new Problem(422, 'invalid_image', detail)
export const refreshTokenRefused = () =>
  badRefreshToken('The refresh token is broken or has expired. Log in again.')
/** In place of `refreshTokenRefused` where an expired one is accepted. */
export const refreshTokenBroken = () => badRefreshToken('The refresh token is broken.')
export const tokenRevoked = () =>
  new Problem(401, 'token_revoked', 'This refresh token is spent or its session is over. Log in again.')

// The token is in the body: `renderError` adds the challenge for one in the `Authorization` header only.
const badRefreshToken = (detail: string) =>
  new Problem(401, 'unauthenticated', detail, { headers: { 'WWW-Authenticate': challenge('invalid_token') } })
