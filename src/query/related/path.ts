import type { RelationSchema } from '../../schema/relation.js'
import type { TableSchema } from '../../schema/table.js'

/** The relation of a table by its name, or undefined. */
export function findRelation(table: TableSchema, name: string): RelationSchema | undefined {
  return table.relations?.find((relation) => relation.name === name)
}

/** The relation that a path such as `author.company` goes along first, and where it goes on. */
export interface PathStep {
  readonly relation: RelationSchema
  readonly rest: string | undefined
}

/** The first step of a path, or undefined when no relation leads there. A name may have dots of its own. */
export function firstStep(table: TableSchema, path: string): PathStep | undefined {
  const whole = findRelation(table, path)
  if (whole !== undefined) return { relation: whole, rest: undefined }
  const leading = (table.relations ?? []).filter(({ name }) => path.startsWith(`${name}.`))
  const [relation] = leading.sort((left, right) => right.name.length - left.name.length)
  return relation && { relation, rest: path.slice(relation.name.length + 1) }
}

/** The name before the first dot, for messages about a path that leads nowhere. */
export function firstName(path: string): string {
  return path.split('.', 1)[0] ?? ''
}
