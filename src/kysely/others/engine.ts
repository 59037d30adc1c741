import { CompiledQuery, type DatabaseConnection, type DialectAdapter } from 'kysely'
import { Engine } from '../../connection/engine.js'
import { ConnectionError, UsageError } from '../../errors.js'
import { Parameters } from './parameters.js'
import { OtherSession, type SharedBySessions } from './session.js'

const engines = new WeakMap<DialectAdapter, OtherEngine>()

/** What the connections of a PostgreSQL dialect share that is not ours: its driver has the pool, and reads and writes. */
export class OtherEngine extends Engine implements SharedBySessions {
  readonly parameters = new Parameters()
  /** There is one connection for all: see {@link OtherSession.isSole}. */
  isSole = false
  readonly #sessions = new WeakMap<DatabaseConnection, OtherSession>()
  #isLearned = false

  /** The engine behind an adapter of Kysely's that is of PostgreSQL, by what it says that its database can. */
  static behind(adapter: DialectAdapter): OtherEngine | undefined {
    const isPostgres = adapter.supportsReturning && adapter.supportsTransactionalDdl
    let engine = engines.get(adapter)
    if (engine === undefined && isPostgres) {
      engine = new OtherEngine(adapter)
      engines.set(adapter, engine)
    }
    return engine
  }

  private constructor(adapter: DialectAdapter) {
    super({
      values: 'sluice',
      pool: () => Promise.reject(new ConnectionError('There is no pool of pg on this dialect.')),
    })
    // Of Kysely 0.29.
    const { supportsMultipleConnections } = adapter as { supportsMultipleConnections?: boolean }
    this.isSole = supportsMultipleConnections === false
  }

  /** The session behind what the driver gives. */
  sessionOf(given: DatabaseConnection): OtherSession {
    let session = this.#sessions.get(given)
    if (session === undefined) {
      session = new OtherSession(given, this)
      this.#sessions.set(given, session)
    }
    return session
  }

  async learn(session: OtherSession): Promise<void> {
    if (this.#isLearned || session.status === 'E') return
    await this.parameters.learn(session)
    const version = await session.value(CompiledQuery.raw('select pg_catalog.version() as c0'))
    if (version === undefined) {
      throw new UsageError(
        'The dialect of this Kysely instance gave no answer when it was asked for the version of PostgreSQL: it has no database.',
      )
    }
    // PostgreSQL in WebAssembly is one process, with one session.
    if (typeof version === 'string' && /\b(?:emcc|emscripten|wasm\d*)\b/i.test(version)) this.isSole = true
    this.#isLearned = true
  }
}

/** @throws {@link UsageError} on a dialect that is not ours. */
export function refuseOnOther(engine: Engine, what: string, why: string): void {
  if (!(engine instanceof OtherEngine)) return
  throw new UsageError(
    `${what} needs sluice's dialect, connect() or SluiceDialect: ${why}, and this Kysely instance is on another dialect.`,
  )
}
