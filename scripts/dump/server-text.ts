import { isDeepStrictEqual } from 'node:util'
import type { ColumnSchema, TypeSchema } from 'sluice'

/**
 * Whether a value is what the server prints: `undefined` for types whose text says the same in other ways.
 */
export function differenceFrom(text: unknown, value: unknown, { type }: ColumnSchema): boolean | undefined {
  if (text === null || value === null) return text === value
  if (typeof text !== 'string') return undefined
  return isSame(text, value, type)
}

function isSame(text: string, value: unknown, type: TypeSchema): boolean | undefined {
  if (typeof type !== 'string') {
    if (type.kind === 'domain') return isSame(text, value, type.base)
    return type.kind === 'enum' ? text === value : undefined
  }
  if (type === 'json' || type === 'jsonb') return isDeepStrictEqual(value, JSON.parse(text))
  if (typeof value === 'boolean') return text === (value ? 't' : 'f')
  if (typeof value === 'bigint') return BigInt(text) === value
  if (typeof value === 'number') return Object.is(Number(text), value)
  if (value instanceof Date)
    return new Date(`${text.replace(' ', 'T')}:00`.replace(/\+00:00$/, 'Z')).getTime() === value.getTime()
  if (Buffer.isBuffer(value)) return text === `\\x${value.toString('hex')}`
  // Other texts may say the same in other ways.
  return value === text ? true : TEXTS.has(type) ? false : undefined
}

/** Types that are read as the server prints them. */
const TEXTS = new Set(['text', 'varchar', 'bpchar', 'citext', 'uuid', 'numeric', 'date', 'inet'])
