import { sql, type AliasedRawBuilder } from 'kysely'
import { isNamed } from '../query/call.js'
import type { FunctionCall, FunctionArgument } from '../query/state.js'
import type { ParameterSchema } from '../schema/function.js'
import { typeName } from './cast.js'
import type { Sql } from './compile.js'
import type { Scope } from './scope.js'

/**
 * `"schema"."search"("q" => cast($1 as "pg_catalog"."text")) AS "search"`, with the name of the column where the rows are
 * values. The type of each argument is said, so that of functions of the same name this one is called.
 */
export function callAs(
  scope: Scope,
  call: FunctionCall,
): AliasedRawBuilder<object> | AliasedRawBuilder<object, string> {
  const rows = sql<object>`${callSql(scope, call, call.arguments)}`
  const [column] = scope.table.columns
  if (!call.function.isScalar || column === undefined) return rows.as(scope.alias)
  return rows.as(sql`${sql.id(scope.alias)}(${sql.id(column.name)})`)
}

/** `CALL "schema"."transfer"("amount" => cast($1 as …), "balance" => cast(null as …))`: what is put out is given NULL. */
export function callProcedure(scope: Scope, call: FunctionCall): Sql {
  const given = new Map(call.arguments.map((each) => [each.place, each]))
  const all = call.function.parameters.flatMap(({ mode }, place) => {
    const each = given.get(place)
    return each ?? (mode === 'out' ? { place, value: undefined } : [])
  })
  return sql`call ${callSql(scope, call, all)}`
}

type Given = Pick<FunctionArgument, 'place'> & { readonly value: FunctionArgument['value'] | undefined }

function callSql(scope: Scope, { function: called }: FunctionCall, given: readonly Given[]): Sql {
  const byName = isNamed(called)
  const list = given.flatMap(({ place, value }) => {
    const parameter = called.parameters[place]
    return parameter === undefined ? [] : [argument(scope, parameter, value, byName)]
  })
  return sql`${scope.nameOf(called)}(${list.length === 0 ? sql`` : sql.join(list)})`
}

function argument(scope: Scope, parameter: ParameterSchema, value: Given['value'], byName: boolean): Sql {
  const { name, type, mode } = parameter
  const cast = sql`cast(${value ?? sql`null`} as ${typeName(scope, type)})`
  const named = byName ? sql`${sql.id(name)} => ${cast}` : cast
  return mode === 'variadic' ? sql`variadic ${named}` : named
}
