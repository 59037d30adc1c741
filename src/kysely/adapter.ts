import { PostgresAdapter } from 'kysely'
import type { Engine } from '../connection/engine.js'

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

/** The engine behind an adapter, or undefined when the dialect is not ours. */
export function engineOf(adapter: object): Engine | undefined {
  return (adapter as { [ENGINE]?: Engine })[ENGINE]
}
