import { serverType, type TypeSchema } from '../../../src/schema/type.js'
import { codecFor } from '../../../src/types/codec-for.js'
import { isMoment, isoMoment } from './moments.js'

/** A value that is not NULL as text that the column reads again: arrays, ranges and composites as PostgreSQL prints them. */
export function textOf(type: TypeSchema, value: unknown): string {
  if (typeof value === 'string') return isMoment(serverType(type)) ? isoMoment(value) : value
  if (typeof value === 'boolean') return String(value)
  const encoded = codecFor(type).encode(value)
  return typeof encoded === 'string' ? encoded : `\\x${encoded.toString('hex')}`
}
