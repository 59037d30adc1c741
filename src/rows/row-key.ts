import type { ColumnSchema } from '../schema/table.js'
import { codecFor } from '../types/codec-for.js'
import type { Codec } from '../types/codec.js'

/** The values of a key's columns, in their order. */
export type RowKey = readonly unknown[]

/** What a Map finds keys of these columns by: one text for equal values, undefined where a part of the key is NULL. */
export function keyText(columns: readonly ColumnSchema[]): (...key: RowKey) => string | undefined {
  const codecs = columns.map(({ type }) => codecFor(type))
  const [sole] = codecs
  if (sole !== undefined && codecs.length === 1) return (value) => valueText(sole, value)
  return (...key) => {
    const texts = codecs.map((codec, index) => valueText(codec, key[index]))
    return texts.length === 0 || texts.includes(undefined) ? undefined : JSON.stringify(texts)
  }
}

/** Most values are told apart by how they print; objects by how they are written. */
function valueText(codec: Codec, value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
  }
  if (value === null) return undefined
  const written = codec.encode(value)
  return typeof written === 'string' ? written : written.toString('hex')
}
