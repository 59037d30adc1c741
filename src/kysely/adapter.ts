import { PostgresAdapter, type Dialect } from 'kysely'
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

/** The dialect of an adapter of ours. */
export function dialectOf(adapter: object): Dialect {
  return (adapter as { readonly [DIALECT]: Dialect })[DIALECT]
}
