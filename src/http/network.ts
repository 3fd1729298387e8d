import ipaddr from 'ipaddr.js'

/**
 * Who calls, as far as limits go: the IPv4 address that Cloudflare saw, or the /64 of the IPv6 address, since every customer
 * is given at least a /64. No other header can be believed.
 */
export function networkOf(headers: Headers): string {
  const address = addressOf(headers)
  return address instanceof ipaddr.IPv6 ? prefix(address, 64) : (address?.toString() ?? 'unknown')
}

/** The IPv6 /48 that the caller is in, which is the most that one customer is given; undefined for others. */
export function siteOf(headers: Headers): string | undefined {
  const address = addressOf(headers)
  return address instanceof ipaddr.IPv6 ? prefix(address, 48) : undefined
}

/** The widest network that one customer may have: the /48 of an IPv6 address, or an IPv4 address. */
export const widestNetworkOf = (headers: Headers): string => siteOf(headers) ?? networkOf(headers)

function addressOf(headers: Headers) {
  const sent = headers.get('CF-Connecting-IP') ?? ''
  return ipaddr.isValid(sent) ? ipaddr.process(sent) : undefined
}

const prefix = (address: ipaddr.IPv6, bits: number) =>
  `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`
