import { DecodeError } from '../errors.js'
import type { RowLayout } from '../query/projection.js'

/** How a row is put together from the values of its columns: data, so that it can be interpreted and compiled. */
export type Shape =
  | { readonly kind: 'value'; readonly position: number }
  /** Every row has the same properties in the same order. */
  | { readonly kind: 'object'; readonly entries: readonly Entry[] }
  | { readonly kind: 'tuple'; readonly items: readonly Shape[] }
  /** null where the column at `presence` is, or what `absent` throws then. */
  | { readonly kind: 'optional'; readonly presence: number; readonly shape: Shape; readonly absent?: Make }
  /** What a function makes of the values at these positions. */
  | { readonly kind: 'made'; readonly positions: readonly number[]; readonly make: Make }

export type Entry = readonly [property: string, value: Shape]
export type Make = (...values: readonly unknown[]) => unknown

/** The bare value of the first column. */
export const valueShape: Shape = { kind: 'value', position: 0 }

/** A tuple of so many columns, in their order. */
export function tupleShape(length: number): Shape {
  return { kind: 'tuple', items: Array.from({ length }, (_, position) => ({ kind: 'value', position })) }
}

/** An object of the first columns; of properties with the same name the last counts. */
export function objectShape(properties: readonly string[]): Shape {
  return nestedShape({ properties: properties.map((each) => [each]), start: 0, related: [] })
}

/** An object with the rows of joined relations inside; null where a relation may lead to no row, and does. */
export function nestedShape({ properties, start, related }: RowLayout): Shape {
  const own = placed(properties.map((place, index) => ({ place, position: start + index })))
  const joined = related.map((layout): Entry => {
    const { name, presence, missing } = layout
    const joined: Shape = { kind: 'optional', presence, shape: nestedShape(layout) }
    if (missing === undefined) return [name, joined]
    const absent = () => {
      throw new DecodeError(missing())
    }
    return [name, { ...joined, absent }]
  })
  return { kind: 'object', entries: [...own, ...joined] }
}

/** A value, and the names of the objects that it is within, its own last. */
interface Placed {
  readonly place: readonly string[]
  readonly position: number
}

/** Values under their names, those with more of them in objects. */
function placed(values: readonly Placed[]): Entry[] {
  const entries = new Map<string, Shape>()
  for (const { place, position } of values) {
    const [name = '', ...more] = place
    if (more.length === 0) {
      entries.set(name, { kind: 'value', position })
      continue
    }
    if (entries.has(name)) continue
    const within = values.filter((each) => each.place.length > 1 && each.place[0] === name)
    const inner = within.map((each) => ({ place: each.place.slice(1), position: each.position }))
    entries.set(name, { kind: 'object', entries: placed(inner) })
  }
  return [...entries]
}
