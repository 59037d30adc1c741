import type { RelatedLayout, RowLayout } from '../query/projection.js'
import type { RowShape } from './read-rows.js'

/** Rows as objects, every row with the same properties in the same order. */
export function objectShape(properties: readonly string[]): RowShape<Record<string, unknown>> {
  if (properties.includes('__proto__')) return definedObjectShape(properties)
  return (values) => {
    const row: Record<string, unknown> = {}
    for (let index = 0; index < properties.length; index++) row[properties[index] as string] = values[index]
    return row
  }
}

/** Assigning to `__proto__` would set the prototype and lose the value. */
function definedObjectShape(properties: readonly string[]): RowShape<Record<string, unknown>> {
  return (values) =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        properties.map((property, index) => [
          property,
          { value: values[index], enumerable: true, writable: true, configurable: true },
        ]),
      ),
    )
}

/** Rows as objects with the rows of joined relations inside; null where a relation leads to no row. */
export function nestedShape(layout: RowLayout): RowShape<Record<string, unknown>> {
  const own = objectShape(layout.properties)
  const related = layout.related.map((each) => [each.name, relatedShape(each)] as const)
  return (values) => {
    const row = own(values)
    for (const [name, shape] of related) row[name] = shape(values)
    return row
  }
}

function relatedShape(layout: RelatedLayout): RowShape<Record<string, unknown> | null> {
  const { start, presence, properties } = layout
  const own = objectShape(properties)
  const related = layout.related.map((each) => [each.name, relatedShape(each)] as const)
  return (values) => {
    if (values[presence] === null) return null
    const row = own(values.slice(start, start + properties.length))
    for (const [name, shape] of related) row[name] = shape(values)
    return row
  }
}

/** Rows as tuples, in column order. */
export const tupleShape: RowShape<unknown[]> = (values) => [...values]

/** Rows of one column as its bare value. */
export const valueShape: RowShape<unknown> = (values) => values[0]
