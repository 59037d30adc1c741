import { choicesOf } from '../../choices.js'
import { FieldError } from '../../errors.js'
import type { RelationSchema, TableSchema } from '../../schema/table.js'
import { propertiesOf, refuseUnlessName } from '../columns.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** The relation of a table by its name, or undefined. */
export function findRelation(table: TableSchema, name: string): RelationSchema | undefined {
  return table.relations?.find((relation) => relation.name === name)
}

/** All that a filter of a table may name. */
export function fieldsAndRelations({ columns, relations = [] }: TableSchema): string[] {
  return [...propertiesOf(columns), ...relations.map(({ name }) => name)]
}

/** The relation that a path such as `author.company` goes along first, and where it goes on. */
interface PathStep {
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

/** @throws {@link FieldError} when there is no such relation, or one to many rows where it must be `toOne`. */
export function relationOf(table: TableSchema, name: string, toOne = false): RelationSchema {
  const relations = (table.relations ?? []).filter(({ kind }) => !toOne || kind === 'one')
  const relation = relations.find((each) => each.name === name)
  if (relation !== undefined) return relation
  const choices = choicesOf(
    name,
    relations.map((each) => each.name),
  )
  const dotted = name.includes('__') ? ` Paths have dots here: "${name.replaceAll('__', '.')}".` : ''
  throw new FieldError(
    `${qualifiedName(table)} has no relation${toOne ? ' to one row' : ''} "${name}".${dotted} ${choices}.`,
  )
}

/** The first step of a path, refused as by `relationOf`. */
export function stepOf(table: TableSchema, path: string, toOne = false): PathStep {
  refuseUnlessName(table, path)
  const step = firstStep(table, path)
  const relation = relationOf(table, step?.relation.name ?? firstName(path), toOne)
  return { relation, rest: step?.rest }
}
