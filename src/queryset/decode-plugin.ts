import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely'
import type { Codec } from '../codec/codec.js'
import { codecFor } from '../codec/codec-for.js'
import { isBuiltIn } from '../codec/codec-for-oid.js'
import { int8AsNumberCodec } from '../codec/integer.js'
import type { ColumnSchema } from '../schema/table.js'

/**
 * Reads what free-hand SQL leaves as text: columns of enums, composites and other types of the database, whose OIDs
 * it does not know, and what it leaves as bigint: counts, so that `toKysely()` has the values that its queryset has.
 */
export class DecodePlugin implements KyselyPlugin {
  readonly #codecs: readonly (readonly [property: string, codec: Codec])[]

  constructor(columns: readonly ColumnSchema[]) {
    this.#codecs = columns
      .map((column) => [column.property, codecFor(column.type)] as const)
      .filter(([, codec]) => codec === int8AsNumberCodec || !isBuiltIn(codec.base ?? codec.name))
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
