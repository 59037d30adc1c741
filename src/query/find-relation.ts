import type { RelationSchema } from '../schema/relation.js'
import type { TableSchema } from '../schema/table.js'

/** The relation of a table by its name, or undefined. */
export function findRelation(table: TableSchema, name: string): RelationSchema | undefined {
  return table.relations?.find((relation) => relation.name === name)
}
