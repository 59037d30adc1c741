import { DummyDriver, PostgresAdapter, PostgresIntrospector, type Dialect, type DialectAdapter } from 'kysely'
import { SluiceQueryCompiler } from '../sql/query-compiler.js'
import { refusalOf } from '../copies.js'
import { UsageError } from '../errors.js'
import type { Engine } from '../connection/engine.js'

/** Of any version. */
const ENGINE = Symbol.for('sluice.engine')
const DIALECT = Symbol.for('sluice.dialect')

/** Kysely's PostgreSQL adapter, by which our dialect is recognised behind a Kysely instance. */
export class SluiceAdapter extends PostgresAdapter {
  readonly #engine: Engine
  readonly #dialect: Dialect

  constructor(engine: Engine, dialect: Dialect) {
    super()
    this.#engine = engine
    this.#dialect = dialect
  }

  get [DIALECT](): Dialect {
    return this.#dialect
  }

  get [ENGINE](): Engine {
    return this.#engine
  }
}

/**
 * The engine behind an adapter, or undefined when the dialect is not ours.
 *
 * @throws {@link UsageError} when it is of another version of sluice.
 */
export function engineOf(adapter: object): Engine | undefined {
  const engine = (adapter as { [ENGINE]?: Engine })[ENGINE]
  const refusal = engine && refusalOf('The database', engine.version)
  if (refusal !== undefined) throw new UsageError(refusal)
  return engine
}

/** The dialect of an adapter; of one that is not ours, one that has no driver: a transaction needs it no more. */
export function dialectOf(adapter: DialectAdapter): Dialect {
  const { [DIALECT]: dialect } = adapter as { readonly [DIALECT]?: Dialect }
  return (
    dialect ?? {
      createAdapter: () => adapter,
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new SluiceQueryCompiler(),
    }
  )
}
