import { secureHeaders } from 'hono/secure-headers'

type Policy = NonNullable<NonNullable<Parameters<typeof secureHeaders>[0]>['contentSecurityPolicy']>

const secured = (contentSecurityPolicy: Policy) =>
  secureHeaders({
    strictTransportSecurity: 'max-age=63072000; includeSubDomains',
    contentSecurityPolicy,
    xFrameOptions: 'DENY',
    // Who may read an answer is for CORS to say.
    crossOriginResourcePolicy: false,
    // For plug-ins and browsers of the past; each header costs every answer.
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xDnsPrefetchControl: false,
    xXssProtection: false,
    originAgentCluster: false,
  })

/** For answers of the API: were one ever taken for a page, it could do nothing. */
export const apiHeaders = secured({ defaultSrc: ["'none'"], frameAncestors: ["'none'"], sandbox: [] })

/** For the docs page, which loads nothing but from here. Swagger UI sets styles inline and shows its signs as data: images. */
export const docsHeaders = secured({
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  formAction: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
})
