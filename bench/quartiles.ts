export interface Quartiles {
  lower: number
  middle: number
  upper: number
}

/** What a quarter, a half and three quarters of the values are below. @throws RangeError without values */
export function quartiles(values: number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => {
    const value = sorted[Math.floor(share * sorted.length)]
    if (value === undefined) throw new RangeError('No values.')
    return value
  }
  return { lower: at(0.25), middle: at(0.5), upper: at(0.75) }
}

export const medianOf = (values: number[]): number => quartiles(values).middle
