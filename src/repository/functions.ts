import { abortable, abortableWrite } from '../kysely/abortable.js'
import { bindingOf, type Binding, type KyselyHandle } from '../kysely/handle.js'
import { rowsPlan } from '../plan/reads.js'
import { procedurePlan } from '../plan/writes.js'
import { calledState, callOf } from '../query/call.js'
import type { Model } from '../query/model.js'
import type { FunctionCall, QueryState } from '../query/state.js'
import { fromCallSite } from '../queryset/calls/call-site.js'
import { QuerySet } from '../queryset/queryset.js'
import { rows } from '../queryset/run.js'
import type { FunctionSchema } from '../schema/function.js'
import type { SchemaMap } from '../schema/places.js'
import type { SchemaRegistry } from '../schema/registry.js'
import { Writer } from '../write/writer.js'

/**
 * The stored functions and procedures of generated code by name. One that gives a set of rows is a queryset of these, which
 * is read as any other; all others run when they are called, and promise what they give.
 *
 * What is volatile may write: it is never tried again after a failure that may have come behind it, and a stream of it that
 * writes takes `{ readOnly: false }`.
 *
 * @typeParam F what the generator says that they are.
 * @throws {@link UsageError} when the Kysely instance is of another database than PostgreSQL.
 */
export function functionsOf<F extends object>(kysely: KyselyHandle, schemas: SchemaRegistry): F {
  const binding = bindingOf(kysely)
  const { schema } = binding
  const placed = schemas.isPlaced || schema === undefined ? schemas : schemas.withSchema(schema)
  const calls = placed.functionNames.map((name): [string, unknown] => [
    name,
    (given?: unknown) => run(binding, placed.function(name), given, placed),
  ])
  const withSchema = (names: SchemaMap) => functionsOf<F>(kysely, placed.withSchema(names))
  const functions = Object.defineProperty(Object.fromEntries(calls), 'withSchema', { value: withSchema })
  // What they are is what the generator has typed.
  return Object.freeze(functions) as F
}

function run(binding: Binding, called: FunctionSchema, given: unknown, schemas: SchemaRegistry): unknown {
  if (called.gives === 'rows')
    return new QuerySet<Model>(binding, calledState(callOf(called, given), schemas))
  return fromCallSite(async () => {
    const call = callOf(called, given)
    const state = calledState(call, schemas)
    const mayWrite = called.kind !== 'function' || called.isVolatile
    const [row] = await (mayWrite ? abortableWrite : abortable)(binding, undefined, (abortedBy) =>
      rowsOf(abortedBy, call, state),
    )
    return promised(called, row)
  })
}

async function rowsOf(binding: Binding, call: FunctionCall, state: QueryState): Promise<unknown[]> {
  const { kind, isVolatile, gives } = call.function
  if (kind === 'function' && !isVolatile) return rows(binding, state)
  const writer = Writer.on(binding, state)
  if (kind === 'function') return writer.rowsBy(rowsPlan, state)
  if (gives === 'outputs') return writer.rowsBy(procedurePlan, { state, call })
  await writer.countBy(procedurePlan, { state, call })
  return []
}

/** What a call that gives no set promises. */
function promised({ gives }: FunctionSchema, row: unknown): unknown {
  // Rows are objects of their columns.
  const fields = row as Readonly<Record<string, unknown>> | undefined
  switch (gives) {
    case 'nothing':
      return undefined
    case 'value':
      return fields?.['value'] ?? null
    case 'row':
      // FROM makes a row of NULLs of a row that is NULL.
      return Object.values(fields ?? {}).some((value) => value !== null) ? fields : null
    default:
      return fields
  }
}
