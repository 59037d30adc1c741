import { sql } from 'kysely'
import { extensionType, type TypeSchema } from '../schema/type.js'
import type { Sql } from './compile.js'

/** Of a keyword, the operator that it stands for. */
const SPELLED: ReadonlyMap<string, string> = new Map([
  ['like', '~~'],
  ['ilike', '~~*'],
])

/**
 * An operator between values of a type: `=`, or `operator("ext".=)` where the type is of an extension. The search_path may
 * not lead there, to `public` neither, and the server would then take another operator, if it finds one: that of text for
 * citext, which tells `A` from `a`. By either name it is the same operator to the planner.
 */
export function operatorOf(type: TypeSchema, operator: string): Sql {
  const schema = operatorSchema(type)
  if (schema === undefined) return sql.raw(operator)
  return sql`operator(${sql.id(schema)}.${sql.raw(SPELLED.get(operator) ?? operator)})`
}

/** The schema in which the operators and aggregates of an extension's type are; undefined for any other type. */
export function operatorSchema(type: TypeSchema): string | undefined {
  return extensionType(type)?.schema
}

/** `left = right`, for what two columns hold: by the operators of their type where they have one and the same. */
export function equal(left: Compared, right: Compared): Sql<boolean> {
  return sql<boolean>`${left.ref} ${equality(left.type, right.type)} ${right.ref}`
}

/** The `=` between two types. */
export function equality(left: TypeSchema, right: TypeSchema): Sql {
  const [one, other] = [extensionType(left), extensionType(right)]
  const isSame = one?.name === other?.name && one?.schema === other?.schema
  return isSame ? operatorOf(left, '=') : sql.raw('=')
}

/** What is compared, and what it is a value of. */
export interface Compared {
  readonly ref: Sql
  readonly type: TypeSchema
}
