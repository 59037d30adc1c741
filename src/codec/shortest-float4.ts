const bits = new Uint32Array(1)
const value = new Float32Array(bits.buffer)

/** The distance from the finite `float` to its neighbour away from zero (`step` 1) or towards zero (−1). */
function gap(float: number, step: 1 | -1): number {
  value[0] = float
  bits[0]! += step
  // Past the greatest float4 there is no neighbour; the gap is as wide as the one below.
  return Number.isFinite(value[0]) ? Math.abs(value[0] - float) : gap(float, -1)
}

/** Whether `candidate` reads back as `float`. PostgreSQL takes no decimal that lies exactly between two floats. */
function standsFor(candidate: number, float: number): boolean {
  if (candidate === float) return true
  const step = Math.abs(candidate) > Math.abs(float) ? 1 : -1
  return Math.abs(candidate - float) * 2 < gap(float, step)
}

/** The decimal of `digits` digits that follows `text`, away from zero. */
function following(text: string, digits: number): number {
  const [mantissa, exponent] = text.split('e') as [string, string]
  const next = Number(mantissa.replace('.', '').replace('-', '')) + 1
  return Number(`${mantissa.startsWith('-') ? '-' : ''}${next}e${Number(exponent) - digits + 1}`)
}

/**
 * The double nearest to the shortest decimal that `float`, an exact float4 value, can be written with: what its
 * text form in PostgreSQL stands for.
 */
export function shortestFloat4(float: number): number {
  // Integers below 2^24 are printed exactly; NaN, infinities and zeros are themselves.
  if (!Number.isFinite(float) || (Number.isInteger(float) && Math.abs(float) < 0x1000000)) return float
  // Any normal float4 holds at most one decimal of six digits, so fewer need not be tried, except below 2^-126.
  const least = Math.abs(float) < 2 ** -126 ? 1 : 6
  for (let digits = least; digits < 9; digits++) {
    const nearest = Number(float.toPrecision(digits))
    if (standsFor(nearest, float)) return nearest
    // Below a power of two the floats lie twice as dense: the nearest decimal may miss where the next does not.
    const next = following(float.toExponential(digits - 1), digits)
    if (standsFor(next, float)) return next
  }
  return Number(float.toPrecision(9))
}
