import { createHash } from 'node:crypto'
import { isColumn, isComputed } from '../query/expression/computed.js'
import { isRecord } from '../query/assignment.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { RelationSchema, TableSchema } from '../schema/table.js'
import { typeLabel } from '../schema/type.js'
import { Operand } from '../shape/operand.js'

/** Of a hash, in characters of six bits each: what tells apart the querysets of one service. */
const LENGTH = 8

/** What of an operand is part of a hash. */
type Shown = (operand: Operand) => unknown

/**
 * A short hash of a part of what is asked, apart from its operands: the same in another process, another version of the
 * schema as long as the fields are of the same types, and whatever SQL is made of it.
 */
export function fingerprint(part: unknown): string {
  return hash(written(part, new Set(), () => '?'))
}

/** The same with the operands. */
export function exactFingerprint(part: unknown): string {
  return hash(written(part, new Set(), (operand) => Operand.valueOf(operand)))
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, LENGTH)
}

function written(value: unknown, within: Set<object>, shown: Shown): string {
  if (typeof value === 'function' || typeof value === 'symbol') return ''
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  if (value instanceof Operand) return written(shown(value), within, shown)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (within.has(value)) return '='
  const inner = new Set(within).add(value)
  if (Array.isArray(value)) return `[${value.map((each) => written(each, inner, shown)).join()}]`
  if (isTable(value)) return qualifiedName(value)
  if (isRelation(value)) return `${value.name} to ${value.target}`
  if (isColumn(value) && !isComputed(value)) return `${value.property} ${typeLabel(value.type)}`
  // Of what is no plain data, such as where tables are, nothing is asked by.
  if (!isPlain(value)) return ''
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${written(each, inner, shown)}`).join()}}`
}

function isTable(value: object): value is TableSchema {
  return 'columns' in value && 'primaryKey' in value && 'schema' in value
}

function isRelation(value: object): value is RelationSchema {
  return 'targetColumns' in value && 'target' in value
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return isRecord(value) && (prototype === null || Object.getPrototypeOf(prototype) === null)
}
