import type { Range } from '../../../src/types/composed/range.js'
import { serverType, type TypeSchema } from '../../../src/schema/type.js'
import { textOf } from './text.js'

/**
 * A value as JSON on one line. Numbers that a double may not hold (int8, numeric) and moments are strings; what is JSON stays
 * as it is written; arrays are arrays, ranges and composites objects.
 */
export function jsonOf(type: TypeSchema, value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const base = serverType(type)
  if (typeof base === 'string') {
    if (base === 'json' || base === 'jsonb') return onOneLine(value as string)
    if (typeof value === 'number') return numberOf(value)
    return typeof value === 'boolean' ? String(value) : JSON.stringify(textOf(type, value))
  }
  switch (base.kind) {
    case 'enum':
      return JSON.stringify(value)
    case 'array':
      return listOf(value as readonly unknown[], (item) => elementOf(base.element, item))
    case 'multirange':
      return listOf(value as readonly unknown[], (item) => jsonOf(base.range, item))
    case 'range': {
      const { lower, upper, bounds } = value as Range<unknown>
      return `{"lower":${jsonOf(base.subtype, lower)},"upper":${jsonOf(base.subtype, upper)},"bounds":"${bounds}"}`
    }
    case 'composite': {
      const fields = value as Readonly<Record<string, unknown>>
      const members = base.fields.map(
        ({ property, type: each }) => `${JSON.stringify(property)}:${jsonOf(each, fields[property])}`,
      )
      return `{${members.join(',')}}`
    }
  }
}

/** An item of an array, which is an array itself where that has more dimensions. */
function elementOf(element: TypeSchema, item: unknown): string {
  const inner = serverType(element)
  const isNested = Array.isArray(item) && (typeof inner === 'string' || inner.kind !== 'multirange')
  return isNested ? listOf(item, (each) => elementOf(element, each)) : jsonOf(element, item)
}

function listOf(items: readonly unknown[], write: (item: unknown) => string): string {
  return `[${items.map(write).join(',')}]`
}

/** JSON has no NaN and no infinities: those are strings, as PostgreSQL reads them. */
function numberOf(value: number): string {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? String(value) : JSON.stringify(String(value))
}

/** `json` keeps the line ends that it was written with, which can only stand between its parts. */
function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replaceAll(/[\r\n]+/g, ' ') : json
}
