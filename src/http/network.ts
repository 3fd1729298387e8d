import ipaddr from 'ipaddr.js'

/**
 * Who calls, as far as limits go: the address that Cloudflare saw (no other header can be believed), of IPv6 the /64,
 * since at least that much is given to one customer.
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
