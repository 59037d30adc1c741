import { PostgresAdapter } from 'kysely'
import { refusalOf } from '../copies.js'
import { UsageError } from '../errors.js'
import type { Engine } from '../connection/engine.js'

/** Of any version. */
const ENGINE = Symbol.for('sluice.engine')

/** Kysely's PostgreSQL adapter, by which our dialect is recognised behind a Kysely instance. */
export class SluiceAdapter extends PostgresAdapter {
  readonly #engine: Engine

  constructor(engine: Engine) {
    super()
    this.#engine = engine
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
