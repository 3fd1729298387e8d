type Callable = ((...args: never[]) => unknown) & object

/**
 * Encodes path parameters, so that each is one segment of the path. `hc` puts them in as they are: a username that a page has
 * from its own address could lead to another endpoint.
 * @throws TypeError if one cannot be a segment: it is empty, `.` or `..`
 */
export function withSafeParams<T extends object>(client: T): T {
  return new Proxy(client, {
    get(target, key) {
      const child = Reflect.get(target, key)
      return child && withSafeParams(child)
    },
    apply: (target, _, [args, ...rest]) =>
      Reflect.apply(target as Callable, undefined, [
        args?.param ? { ...args, param: segments(args.param) } : args,
        ...rest,
      ]),
  })
}

function segments(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      // The URL parser takes dots for steps however they are encoded.
      if (/^\.{0,2}$/.test(value)) throw new TypeError(`"${value}" cannot be the ${name} in a path.`)
      return [name, encodeURIComponent(value)]
    }),
  )
}
