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

/** Rows as tuples, in column order. */
export const tupleShape: RowShape<unknown[]> = (values) => [...values]

/** Rows of one column as its bare value. */
export const valueShape: RowShape<unknown> = (values) => values[0]
