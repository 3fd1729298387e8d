type Callable = ((...args: never[]) => unknown) & object

/**
 * `hc` puts path parameters into the path as they are: a name that a page took from its own address could then lead to
 * another endpoint. Here each stays one segment of the path.
 * @throws TypeError if it cannot be one, being empty, `.` or `..`
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
