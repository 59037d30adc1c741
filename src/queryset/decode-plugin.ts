import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely'
import type { Codec } from '../types/codec.js'
import { codecFor } from '../types/codec-for.js'
import { isBuiltIn } from '../types/type-oids.js'
import type { ColumnSchema } from '../schema/table.js'
import { hasConversion, type TypeSchema } from '../schema/type.js'

/**
 * Reads what free-hand SQL leaves as text: columns of enums, composites and other types of the database, whose OIDs
 * it does not know, and those that are read otherwise than by default, so that `toKysely()` has the values that its
 * queryset has.
 */
export class DecodePlugin implements KyselyPlugin {
  readonly #codecs: readonly (readonly [property: string, codec: Codec])[]

  constructor(columns: readonly ColumnSchema[]) {
    this.#codecs = columns
      .filter(({ type }) => isLeft(type))
      .map((column) => [column.property, codecFor(column.type)] as const)
  }

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return node
  }

  transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    for (const row of result.rows) {
      for (const [property, codec] of this.#codecs) {
        const value = row[property]
        if (typeof value === 'string' || typeof value === 'bigint') {
          row[property] = codec.decodeText(String(value))
        }
      }
    }
    return Promise.resolve(result)
  }
}

function isLeft(type: TypeSchema): boolean {
  const codec = codecFor(type)
  return !isBuiltIn(codec.base ?? codec.name) || hasConversion(type)
}
