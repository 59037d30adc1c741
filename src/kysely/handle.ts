import type { QueryExecutor } from 'kysely'
import { UsageError } from '../errors.js'
import { engineOf } from './adapter.js'
import type { Engine } from '../connection/engine.js'
import { schemaByPlugins } from './plugins.js'

/**
 * What a repository needs of a Kysely instance or transaction. A small interface of its own, because `Kysely<DB>` in
 * public types makes the type checker go through the whole database.
 */
export interface KyselyHandle {
  readonly isTransaction: boolean
  getExecutor(): QueryExecutor
}

/** A Kysely instance or transaction on our dialect, without its plugins: names in our SQL are final. */
export interface Binding {
  readonly executor: QueryExecutor
  readonly engine: Engine
  readonly isTransaction: boolean
  /** That of Kysely's `withSchema`, if it was called. */
  readonly schema: string | undefined
}

/** @throws {@link UsageError} when the instance is on another dialect, or has a plugin that our SQL would go without. */
export function bindingOf(kysely: KyselyHandle): Binding {
  const executor = kysely.getExecutor()
  const engine = engineBehind(executor)
  const { plugins } = executor
  const schema = plugins.length === 0 ? undefined : schemaByPlugins(plugins)
  return { executor: executor.withoutPlugins(), engine, isTransaction: kysely.isTransaction, schema }
}

/** @throws {@link UsageError} for one of another dialect. */
export function engineBehind({ adapter }: QueryExecutor): Engine {
  const engine = engineOf(adapter)
  if (engine !== undefined) return engine
  throw new UsageError(
    `Repositories need sluice's dialect, not ${adapter.constructor.name}: use connect({ connectionString }), ` +
      'or new Kysely({ dialect: new SluiceDialect({ pool }) }).',
  )
}

/** The handle of a binding, for what takes one. */
export function handleOf({ executor, isTransaction }: Binding): KyselyHandle {
  return { isTransaction, getExecutor: () => executor }
}
