/** A value that a share of the values lies below, between two of them where need be; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN]
  return below + (above - below) * (at - Math.floor(at))
}

/** The median; NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Ratios of the same round, so that a slow minute of the machine weighs on both. */
export function pairedRatios(
  values: readonly (number | undefined)[],
  base: readonly (number | undefined)[],
): number[] {
  return values.flatMap((value, round) => {
    const other = base[round]
    return value === undefined || other === undefined ? [] : [value / other]
  })
}

/** Their median. */
export function pairedRatio(
  values: readonly (number | undefined)[],
  base: readonly (number | undefined)[],
): number {
  return median(pairedRatios(values, base))
}
