/** The median; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? NaN
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** The median of ratios of the same round, so that a slow minute of the machine weighs on both. */
export function pairedRatio(
  values: readonly (number | undefined)[],
  base: readonly (number | undefined)[],
): number {
  const ratios: number[] = []
  values.forEach((value, round) => {
    const other = base[round]
    if (value !== undefined && other !== undefined) ratios.push(value / other)
  })
  return median(ratios)
}
