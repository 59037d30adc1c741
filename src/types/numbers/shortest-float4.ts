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

/** The decimal that follows `text`, in the form of toExponential, away from zero. */
function following(text: string): string {
  const [mantissa = '', exponent] = text.split('e')
  const digits = mantissa.replace(/[-.]/g, '')
  const sign = mantissa.startsWith('-') ? '-' : ''
  return `${sign}${Number(digits) + 1}e${Number(exponent) - digits.length + 1}`
}

/** `float` rounded to `digits` digits; where it lies midway, to the even one, as PostgreSQL does. */
function rounded(float: number, digits: number): string {
  const text = float.toExponential(digits - 1)
  const longer = float.toExponential(digits)
  if (!longer.includes('5e') || Number(longer) !== float) return text
  // The double is the same, but only the exact digits tell whether it is midway.
  const [, kept, even, exponent] = /^(-?[\d.]*?([02468])?)50*(e.*)$/.exec(float.toExponential(60)) ?? []
  return even === undefined ? text : `${kept}${exponent}`
}

/**
 * The double nearest to the shortest decimal that `float`, an exact float4 value, can be written with: what its
 * text form in PostgreSQL stands for.
 */
export function shortestFloat4(float: number): number {
  // Integers below 2^24 are printed exactly; NaN, infinities and zeros are themselves.
  if (!Number.isFinite(float) || (Number.isInteger(float) && Math.abs(float) < 0x1000000)) return float
  // The decimals of six digits lie so far apart that at most one stands for a normal float4: fewer digits, and
  // other decimals of six, need not be tried.
  const normal = Math.abs(float) >= 2 ** -126
  if (normal) {
    const nearest = Number(float.toPrecision(6))
    if (standsFor(nearest, float)) return nearest
  }
  for (let digits = normal ? 7 : 1; digits < 9; digits++) {
    const nearest = rounded(float, digits)
    if (standsFor(Number(nearest), float)) return Number(nearest)
    // Below a power of two the floats lie twice as dense: the nearest decimal may miss where the next does not.
    const next = Number(following(nearest))
    if (standsFor(next, float)) return next
  }
  return Number(float.toPrecision(9))
}
