import type { KyselyPlugin } from 'kysely'
import { asError, DecodeError } from '../errors.js'
import type { Codec } from '../types/codec.js'
import { codecFor } from '../types/codec-for.js'
import { isBuiltIn } from '../types/type-oids.js'
import type { ColumnSchema } from '../schema/table.js'
import { hasConversion } from '../schema/type.js'

/**
 * Reads what free-hand SQL leaves as text: columns of enums, composites and other types of the database, whose OIDs
 * it does not know, and those that are read otherwise than by default, so that `toKysely()` has the values that its
 * queryset has.
 */
export function decodePlugin(columns: readonly ColumnSchema[]): KyselyPlugin {
  const codecs = columns.flatMap(({ property, type }) => {
    const codec = codecFor(type)
    return isBuiltIn(codec.base ?? codec.name) && !hasConversion(type) ? [] : [{ property, codec }]
  })
  return {
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) => {
      for (const row of result.rows) {
        for (const { property, codec } of codecs) {
          const value = row[property]
          if (typeof value === 'string' || typeof value === 'bigint') {
            row[property] = decoded(property, codec, String(value))
          }
        }
      }
      return Promise.resolve(result)
    },
  }
}

/** @throws {@link DecodeError} that names the column: what is cast to text has the style of the session. */
function decoded(property: string, codec: Codec, text: string): unknown {
  try {
    return codec.decodeText(text)
  } catch (cause) {
    throw new DecodeError(`Column ${property}: ${asError(cause).message}`, { cause })
  }
}
