import { bodyTokenRefused, Problem } from '../http/errors.ts'

export const emailTaken = () =>
  new Problem(409, 'email_taken', 'Somebody has registered with this email already.', {
    errors: [{ pointer: '/email', message: 'is taken' }],
  })
export const usernameTaken = () =>
  new Problem(409, 'username_taken', 'This username belongs to somebody else.', {
    errors: [{ pointer: '/username', message: 'is taken' }],
  })
export const invalidCredentials = () => new Problem(401, 'invalid_credentials', 'Wrong email or password.')
/** Of the caller's own password, which the body has under that name. */
export const wrongPassword = (name: 'password' | 'currentPassword') =>
  new Problem(401, 'invalid_credentials', 'Wrong password.', {
    errors: [{ pointer: `/${name}`, message: 'is wrong' }],
  })
export const invalidImage = (detail: string) => new Problem(422, 'invalid_image', detail)
export const refreshTokenRefused = () =>
  bodyTokenRefused('The refresh token is broken or has expired. Log in again.')
/** Where one that has expired will do. */
export const refreshTokenBroken = () => bodyTokenRefused('The refresh token is broken.')
export const tokenRevoked = () =>
  new Problem(401, 'token_revoked', 'This refresh token is spent or its session is over. Log in again.')
