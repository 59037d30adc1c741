import type { QueryExecutor } from 'kysely'
import { UsageError } from '../errors.js'
import { engineOf } from './adapter.js'
import type { Engine } from '../connection/engine.js'

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
}

/** @throws {@link UsageError} when the instance is on another dialect. */
export function bindingOf(kysely: KyselyHandle): Binding {
  const executor = kysely.getExecutor()
  const engine = engineOf(executor.adapter)
  if (engine === undefined) {
    throw new UsageError(
      `Repositories need sluice's dialect, not ${executor.adapter.constructor.name}: use connect({ connectionString }), ` +
        'or new Kysely({ dialect: new SluiceDialect({ pool }) }).',
    )
  }
  return { executor: executor.withoutPlugins(), engine, isTransaction: kysely.isTransaction }
}
