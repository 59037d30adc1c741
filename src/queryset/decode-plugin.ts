import type { KyselyPlugin } from 'kysely'
import { asError, DecodeError } from '../errors.js'
import { projectionOf, type Projection, type RelatedLayout } from '../query/projection.js'
import type { QueryState } from '../query/state.js'
import { aliasesOf } from '../sql/select/free-hand.js'
import type { Codec } from '../types/codec.js'
import { codecFor } from '../types/codec-for.js'
import { isBuiltIn } from '../types/type-oids.js'
import { hasConversion } from '../schema/type.js'

type Row = Record<string, unknown>

/**
 * Reads what free-hand SQL leaves as text: columns of enums, composites and other types of the database, whose OIDs
 * it does not know, and those that are read otherwise than by default; and puts joined rows where they belong. So
 * `toKysely()` has the rows that its queryset has.
 */
export function decodePlugin(state: QueryState): KyselyPlugin {
  const projection = projectionOf(state)
  const aliases = aliasesOf(projection)
  const codecs = projection.outputs.flatMap(({ column: { type } }, position) => {
    const codec = codecFor(type)
    const alias = aliases[position] ?? ''
    return isBuiltIn(codec.base ?? codec.name) && !hasConversion(type) ? [] : [{ alias, codec }]
  })
  const { related, properties } = projection.layout
  return {
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) => {
      for (const row of result.rows) {
        for (const { alias, codec } of codecs) {
          const value = row[alias]
          if (typeof value === 'string' || typeof value === 'bigint') {
            row[alias] = decoded(alias, codec, String(value))
          }
        }
        if (related.length > 0) nest(row, projection, aliases)
        for (const [index, place] of properties.entries()) {
          if (place.length > 1) put(row, aliases[index] ?? '', place)
        }
      }
      return Promise.resolve(result)
    },
  }
}

/** @throws {@link DecodeError} that names the column: what is cast to text has the style of the session. */
function decoded(alias: string, codec: Codec, text: string): unknown {
  try {
    return codec.decodeText(text)
  } catch (cause) {
    throw new DecodeError(`Column ${alias}: ${asError(cause).message}`, { cause })
  }
}

/** Puts a value into the objects that it is within. */
function put(row: Row, alias: string, place: readonly string[]): void {
  if (!Object.hasOwn(row, alias)) return
  const value = row[alias]
  Reflect.deleteProperty(row, alias)
  let at = row
  for (const name of place.slice(0, -1)) at = (at[name] ??= {}) as Row
  at[place.at(-1) ?? ''] = value
}

/** Puts joined rows into a row, in place of their columns; what was selected in place of them stays as it is. */
function nest(row: Row, { layout, outputs }: Projection, aliases: readonly string[]): void {
  const joined = layout.related.filter(({ presence }) => Object.hasOwn(row, aliases[presence] ?? ''))
  const rows = joined.map((each) => [each.name, rowOf(row, each, aliases)] as const)
  for (const [position, { from }] of outputs.entries())
    if (from !== undefined && joined.length > 0) Reflect.deleteProperty(row, aliases[position] ?? '')
  for (const [name, value] of rows) row[name] = value
}

function rowOf(
  flat: Row,
  { properties, start, related, presence, missing }: RelatedLayout,
  aliases: readonly string[],
) {
  if (flat[aliases[presence] ?? ''] === null) {
    if (missing === undefined) return null
    throw new DecodeError(missing())
  }
  const row: Row = {}
  for (const [index, [property = '']] of properties.entries())
    row[property] = flat[aliases[start + index] ?? '']
  for (const each of related) row[each.name] = rowOf(flat, each, aliases)
  return row
}
