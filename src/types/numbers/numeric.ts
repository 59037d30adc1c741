import { DecodeError } from '../../errors.js'
import { int16 } from '../text/bytes.js'
import type { ByteWriter } from '../byte-writer.js'
import type { Coding } from '../codec.js'
import { misfit, printedAs } from '../describe.js'
import { withoutEnd } from '../text/without-end.js'

const printed = /^(?:-?(?:\d+(?:\.\d+)?|Infinity)|NaN)$/
const accepted = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$|^(?:nan|[+-]?inf(?:inity)?)$/i

const negative = 0x4000
const special: Readonly<Record<number, string>> = { 0xc000: 'NaN', 0xd000: 'Infinity', 0xf000: '-Infinity' }

// A numeric travels as digits of base 10000, each of which prints as four decimal digits.
let fourDigits: string[] | undefined

function decodeBinary(bytes: Buffer, start: number, end: number): string {
  const count = int16(bytes, start) & 0xffff
  if (end - start !== 8 + 2 * count) {
    throw new DecodeError(
      `A binary numeric of ${count} digits has ${8 + 2 * count} bytes, the server sent ${end - start}: the column has another type. Generate again.`,
    )
  }
  const weight = int16(bytes, start + 2)
  const sign = int16(bytes, start + 4) & 0xffff
  const scale = int16(bytes, start + 6)
  if (sign !== 0 && sign !== negative) {
    const text = special[sign]
    if (text === undefined) throw new DecodeError(`A binary numeric has the unknown sign word ${sign}.`)
    return text
  }
  fourDigits ??= Array.from({ length: 10000 }, (_, digit) => digit.toString().padStart(4, '0'))

  const digits = start + 8
  let text = sign === negative ? '-' : ''
  // The first digit stands for 10000^weight; those that are not sent are zeros.
  if (weight < 0) text += '0'
  for (let power = 0; power <= weight; power++) {
    const digit = power < count ? int16(bytes, digits + 2 * power) : 0
    text += power === 0 ? digit : fourDigits[digit]
  }
  if (scale === 0) return text

  text += '.'
  let left = scale
  for (let power = weight + 1; left > 0; power++, left -= 4) {
    const digit = power >= 0 && power < count ? int16(bytes, digits + 2 * power) : 0
    text += left >= 4 ? fourDigits[digit] : fourDigits[digit]!.slice(0, left)
  }
  return text
}

const decodeText = (text: string): string => printedAs('numeric', printed, text)

function encode(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString()
  if (typeof value === 'string' && accepted.test(value)) return value
  throw misfit(`numeric takes a decimal string such as '12.50', a number or a bigint`, value)
}

const plain = /^-?\d+(?:\.\d+)?$/
/** Longer ones are seldom. */
const MOST_CHARACTERS = 1000

function encodeBinary(value: unknown, bytes: ByteWriter): boolean {
  const text = typeof value === 'number' || typeof value === 'bigint' ? value.toString() : value
  if (typeof text !== 'string' || text.length > MOST_CHARACTERS || !plain.test(text)) return false
  const first = text.charCodeAt(0) === MINUS ? 1 : 0
  const point = text.indexOf('.')
  const end = point < 0 ? text.length : point
  const scale = point < 0 ? 0 : text.length - point - 1
  const whole = Math.ceil((end - first) / 4)
  bytes.int16(whole + Math.ceil(scale / 4))
  bytes.int16(whole - 1)
  bytes.int16(first === 1 ? negative : 0)
  bytes.int16(scale)
  // Digits of base 10000 lie on both sides of the point: the first of the whole part may be short, and the last of all.
  for (let power = whole - 1; power >= 0; power--)
    bytes.int16(digitOf(text, Math.max(first, end - 4 * power - 4), end - 4 * power))
  for (let at = point + 1; at < point + 1 + scale; at += 4) {
    const next = Math.min(at + 4, text.length)
    bytes.int16(digitOf(text, at, next) * (powersOfTen[at + 4 - next] ?? 1))
  }
  return true
}

const ZERO = 0x30
const MINUS = 0x2d
const powersOfTen = [1, 10, 100, 1000]

function digitOf(text: string, from: number, to: number): number {
  let digit = 0
  for (let at = from; at < to; at++) digit = digit * 10 + text.charCodeAt(at) - ZERO
  return digit
}

/** `numeric`: string exactly as PostgreSQL prints it, its scale kept. Numbers and bigints are taken too. */
export const numericCodec: Coding = {
  decodeText,
  decodeBinary,
  encode: (value) => {
    // Out of a calculation that went wrong: who means PostgreSQL's NaN has it as text.
    if (Number.isNaN(value))
      throw misfit("numeric takes a decimal string such as '12.50' or 'NaN', a number or a bigint", value)
    return encode(value)
  },
  encodeBinary,
}

/** `numeric` as number. What a number cannot hold to the last digit is an error; trailing zeros are not kept. */
export const numericAsNumberCodec: Coding = {
  decodeText: (text) => exactNumber(decodeText(text)),
  decodeBinary: (bytes, start, end) => exactNumber(decodeBinary(bytes, start, end)),
  encode,
  encodeBinary,
}

function exactNumber(text: string): number {
  const number = Number(text)
  // A double keeps every decimal of 15 digits.
  if (text.length <= 15 || canonicalNumeric(text) === canonicalNumeric(String(number))) return number
  throw new DecodeError(
    `A number cannot hold a numeric of ${text.length} characters to the last digit. Read it as string instead.`,
    { value: text },
  )
}

/** One text for a number: `+1.50`, `1.5` and `15e-1` are the same. */
export function canonicalNumeric(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = withoutEnd(digits, '0')
  // NaN and the infinities have no digits, and neither has zero.
  if (significant === '') return /[ni]/i.test(text) ? text.toLowerCase() : '0'
  const power = Number(exponent) - fraction.length + digits.length - significant.length
  return `${sign === '-' ? sign : ''}${significant}e${power}`
}
