const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/**
 * (high × 10^lowDigits + low) / 10^scale, rounded once, as reading its digits would round it; NaN in the rare
 * case that this is not certain. `high` and `low` have at most nine digits, `scale` is at most 22.
 */
export function decimal(high: number, low: number, lowDigits: number, scale: number): number {
  // Up to 10^22 powers of ten are exact. So is the sum here, and a division rounds once.
  const divisor = powers[scale]!
  const shift = powers[lowDigits]!
  const sum = high * shift + low
  if (sum <= Number.MAX_SAFE_INTEGER) return sum / divisor

  // Beyond, sum + sumError is the exact numerator and product + productError is exactly quotient × divisor: the
  // rest of the division is found almost exactly.
  const shifted = high * shift
  const sumError = productError(high, shift, shifted) + (low - (sum - shifted))
  const quotient = sum / divisor
  const product = quotient * divisor
  const rest = sum - product - productError(quotient, divisor, product) + sumError
  const correction = rest / divisor
  const doubt = Math.abs(correction) * 2 ** -48
  const rounded = quotient + (correction - doubt)
  return rounded === quotient + (correction + doubt) ? rounded : NaN
}

/** What rounding took from `product` = a × b: Dekker's, by halves whose products are exact. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a)
  const bHigh = upperHalf(b)
  const aLow = a - aHigh
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

function upperHalf(number: number): number {
  const shifted = number * 134217729 // 2^27 + 1
  return shifted - (shifted - number)
}
