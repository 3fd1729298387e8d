/** What a quarter, a half and three quarters of the values are below. @throws RangeError without values */
export function quartiles(values: number[]): [lower: number, middle: number, upper: number] {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => {
    const value = sorted[Math.floor(share * sorted.length)]
    if (value === undefined) throw new RangeError('No values.')
    return value
  }
  return [at(0.25), at(0.5), at(0.75)]
}

export const medianOf = (values: number[]): number => quartiles(values)[1]
