import type { FunctionModule, KyselyPlugin, QueryExecutor } from 'kysely'
import { version } from '../copies.js'
import { UsageError } from '../errors.js'
import { engineOf } from './adapter.js'
import type { Replay } from '../request.js'
import type { Engine } from '../connection/engine.js'
import { OtherEngine } from './others/engine.js'
import { givingHanded } from './others/executor.js'
import { schemaByPlugins } from './plugins.js'

/**
 * What a repository needs of a Kysely instance or transaction. A small interface of its own, because `Kysely<DB>` in
 * public types makes the type checker go through the whole database.
 */
export interface KyselyHandle {
  /** It is a transaction, and not an instance. */
  readonly isTransaction: boolean
  /** Kysely's own way to its dialect and plugins. */
  getExecutor(): QueryExecutor
}

/**
 * What makes a type error of a handle that is of another database than `DB`: `unknown` for all others, an error's name for
 * that. A handle is of `DB` if it has its tables with their columns, whatever else it has and however its values are typed;
 * one that is typed by no database, such as `Kysely<any>`, may be.
 *
 * Read off `fn` alone, which names the database and little else, and compared as a whole first: by the methods of
 * `Kysely<DB>` the type checker would go through every table of the database and all that queries make of it.
 */
export type HandleOf<K, DB> = Fitting<DatabaseOf<K>, DB>

type DatabaseOf<K> = K extends { readonly fn: FunctionModule<infer DB, infer _> } ? DB : unknown

type Fitting<Own, DB> = [Record<never, never>] extends [Own]
  ? unknown
  : [Own] extends [DB]
    ? unknown
    : [Own] extends [ColumnsOf<DB>]
      ? unknown
      : HandleOfAnotherDatabase<MissingIn<Own, DB>>

type ColumnsOf<DB> = { readonly [T in keyof DB]: { readonly [C in keyof DB[T]]: unknown } }

type MissingIn<Own, DB> = {
  [T in keyof DB]: T extends keyof Own ? (Own[T] extends ColumnsOf<DB>[T] ? never : T) : T
}[keyof DB]

/** No handle is one: a type error that names the tables that a handle of another database lacks, or columns of theirs. */
export interface HandleOfAnotherDatabase<Tables> {
  /** The tables that the handle does not have, or has otherwise. */
  readonly lacksTables: Tables
}

const SIGNAL = Symbol.for(`sluice.handle-signal@${version}`)
const REPLAY = Symbol.for(`sluice.handle-replay@${version}`)

/** The signal that `withLimits` was given for a handle. */
export function signalOfHandle(kysely: KyselyHandle): AbortSignal | undefined {
  // A property of ours, if it has one.
  return (kysely as { readonly [SIGNAL]?: AbortSignal })[SIGNAL]
}

/** What the reads of a handle wait for, as `replayedTo` was told. */
export function replayOfHandle(kysely: KyselyHandle): Replay | undefined {
  // A property of ours, if it has one.
  return (kysely as { readonly [REPLAY]?: Replay })[REPLAY]
}

/** A Kysely instance or transaction, without its plugins: names in our SQL are final. */
export interface Binding {
  readonly executor: QueryExecutor
  readonly engine: Engine
  readonly isTransaction: boolean
  /** That of Kysely's `withSchema`, if it was called. */
  readonly schema: string | undefined
  /** What the handle has of plugins, if any: for handles that are made of it for others. */
  readonly plugins?: readonly KyselyPlugin[]
  /** Calls off all that it runs, where `withLimits` was given one. */
  readonly signal: AbortSignal | undefined
  /** What is to be replayed before anything is read, which the executor waits for on the connections that it gives. */
  readonly replay?: Replay | undefined
  /** The same without what calls it off: for what undoes what was done. */
  readonly beneath?: Binding
}

/** @throws {@link UsageError} for another database than PostgreSQL, and for a plugin that our SQL would go without. */
export function bindingOf(kysely: KyselyHandle): Binding {
  const executor = executorOf(kysely)
  const engine = engineBehind(executor)
  const { plugins } = executor
  const schema = plugins.length === 0 ? undefined : schemaByPlugins(plugins)
  const { isTransaction } = kysely
  return {
    executor: executor.withoutPlugins(),
    engine,
    isTransaction,
    schema,
    signal: signalOfHandle(kysely),
    replay: replayOfHandle(kysely),
    ...(plugins.length > 0 && { plugins }),
  }
}

/**
 * The executor of a Kysely instance or transaction with its plugins, on connections as repositories need them, whose dialect
 * it is of.
 *
 * @throws {@link UsageError} for another database than PostgreSQL.
 */
export function executorOf(kysely: KyselyHandle): QueryExecutor {
  const executor = kysely.getExecutor()
  const engine = engineBehind(executor)
  return engine instanceof OtherEngine ? givingHanded(executor, engine, kysely.isTransaction) : executor
}

/** @throws {@link UsageError} for a dialect of another database than PostgreSQL. */
export function engineBehind({ adapter }: QueryExecutor): Engine {
  const engine = engineOf(adapter) ?? OtherEngine.behind(adapter)
  if (engine !== undefined) return engine
  throw new UsageError(
    `Repositories need a dialect of PostgreSQL, not ${adapter.constructor.name}: use connect({ connectionString }), ` +
      'or new Kysely({ dialect: new SluiceDialect({ pool }) }).',
  )
}

/** The handle of a binding, for what takes one. */
export function handleOf({
  executor,
  isTransaction,
  signal,
  replay,
}: Pick<Binding, 'executor' | 'isTransaction' | 'signal' | 'replay'>): KyselyHandle {
  const handle: KyselyHandle = { isTransaction, getExecutor: () => executor }
  return Object.assign(handle, { ...(signal && { [SIGNAL]: signal }), ...(replay && { [REPLAY]: replay }) })
}
