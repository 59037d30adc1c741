import { PostgresIntrospector, type DatabaseIntrospector, type Dialect, type QueryCompiler } from 'kysely'
import { SluiceQueryCompiler } from '../sql/query-compiler.js'
import { SluiceAdapter } from './adapter.js'
import { SluiceDriver } from './driver.js'
import { timeStreams } from './log/log.js'
import { Engine, type SluiceDialectConfig } from '../connection/engine.js'

/**
 * Kysely's dialect for sluice: pg's pool underneath, streams through a portal that leaves the connection free between
 * fetches.
 *
 * ```ts
 * const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool: new Pool({ connectionString }), values: 'sluice' }) })
 * for await (const row of db.selectFrom('users').selectAll().stream(2000)) …
 * ```
 *
 * A stream outside a transaction opens one of its own: READ ONLY for a SELECT. Inside a Kysely transaction a stock
 * `trx.selectFrom(…).stream()` keeps Kysely's lock on the connection, so other queries of that transaction wait until
 * the loop ends; a repository's `using(trx)` does not have that limit.
 *
 * **In place of PostgresDialect it changes what free-hand SQL returns**, which no type checker sees: int8 is a `bigint`,
 * not a `string`; date and timestamp are strings, not `Date`s; interval and points are strings, not objects; type parsers
 * set on pg or on the pool are not used. With `values: 'pg'` free-hand SQL is as it was, executed and streamed; querysets
 * and `toKysely()` read by the generated types either way. Who says neither `'pg'` nor `'sluice'` is warned once, with the
 * code `SLUICE_VALUES`, when a column comes back that PostgresDialect would return otherwise.
 */
export class SluiceDialect implements Dialect {
  readonly #engine: Engine

  /** @throws {@link OptionError} for a time limit or size that is not a positive 32-bit integer. */
  constructor(config: SluiceDialectConfig) {
    this.#engine = new Engine(config)
    timeStreams()
  }

  createDriver(): SluiceDriver {
    return new SluiceDriver(this.#engine)
  }

  createQueryCompiler(): QueryCompiler {
    return new SluiceQueryCompiler()
  }

  createAdapter(): SluiceAdapter {
    return new SluiceAdapter(this.#engine, this)
  }

  // Kysely's own parameter, whatever it is in its version: a narrower one fails in TypeScript before 6.0.
  createIntrospector(kysely: Parameters<Dialect['createIntrospector']>[0]): DatabaseIntrospector {
    return new PostgresIntrospector(kysely)
  }
}
