import { FieldError } from '../../errors.js'
import type { RelationSchema, TableSchema } from '../../schema/table.js'
import { refuseUnlessName } from '../columns.js'
import { qualifiedName } from '../../schema/qualified-name.js'

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

/**
 * The relation of a table by its name, of one of several kinds.
 *
 * @throws {@link FieldError} naming the choices when there is none.
 */
export function relationOf(
  table: TableSchema,
  name: string,
  kinds: readonly RelationSchema['kind'][],
): RelationSchema {
  const relation = findRelation(table, name)
  if (relation !== undefined && kinds.includes(relation.kind)) return relation
  const choices = (table.relations ?? []).filter(({ kind }) => kinds.includes(kind)).map((each) => each.name)
  const toOne = kinds.length === 1 ? ' to one row' : ''
  throw new FieldError(
    `${qualifiedName(table)} has no relation${toOne} "${name}". ` +
      (choices.length === 0 ? 'It has none.' : `Choices: ${choices.join(', ')}.`),
  )
}

/**
 * The first step of a path.
 *
 * @throws {@link FieldError} naming the choices when no relation of these kinds leads there.
 */
export function stepOf(table: TableSchema, path: string, kinds: readonly RelationSchema['kind'][]): PathStep {
  refuseUnlessName(table, path)
  const step = firstStep(table, path)
  const relation = relationOf(table, step?.relation.name ?? firstName(path), kinds)
  return { relation, rest: step?.rest }
}
