import { UsageError } from '../errors.js'
import { qualifiedName, type Qualified } from './qualified-name.js'

/**
 * In which schema tables and types are, instead of the one that they were generated from: a name for those of the default
 * schema, or of tenants where the generator was told of these; or names by schema, or by table and type where one of them is
 * elsewhere.
 */
export type SchemaMap = string | Readonly<Record<string, string>>

/** The schema whose tables have no other in Kysely's `DB` either. */
export const DEFAULT_SCHEMA = 'public'

/** Tables and types by their places, where these are not those that they were generated from. */
export class Places {
  readonly #schemas: ReadonlyMap<string, string>
  readonly #defaults: readonly string[]

  /**
   * @param tenants - the schemas of tenants, which a name alone is for, if there are any.
   * @throws {@link UsageError} for what names no schema, and for a key that `isKnown` does not know.
   */
  constructor(schemas: SchemaMap, isKnown: (key: string) => boolean, tenants: readonly string[] = []) {
    this.#defaults = defaultsOf(tenants)
    const named =
      typeof schemas === 'string'
        ? Object.fromEntries(this.#defaults.map((schema) => [schema, schemas]))
        : schemas
    if (typeof named !== 'object' || named === null || Object.keys(named).length === 0)
      throw new UsageError("withSchema() takes a schema's name, or names by schema: { public: 'tenant_1' }.")
    for (const [key, schema] of Object.entries(named)) {
      refuseUnlessName(schema)
      if (key !== DEFAULT_SCHEMA && !isKnown(key))
        throw new UsageError(`withSchema() has a place for "${key}", which is no schema, table or type here.`)
    }
    this.#schemas = new Map(Object.entries(named))
  }

  /** Where the tables of the default schema are, as Kysely's `withSchema` says it. */
  get default(): string | undefined {
    return this.#schemas.get(this.#defaults[0] ?? DEFAULT_SCHEMA)
  }

  /** All that is said. */
  get entries(): readonly (readonly [key: string, schema: string])[] {
    return [...this.#schemas]
  }

  /** Undefined where it was not said. */
  schemaOf(qualified: Qualified): string | undefined {
    // Code that follows the search_path names no schema: what it has is in the default one.
    const schema = qualified.schema === '' ? DEFAULT_SCHEMA : qualified.schema
    const own = this.#schemas.get(qualifiedName({ ...qualified, schema }))
    return own ?? this.#schemas.get(schema)
  }
}

/** The schemas whose tables have no other in Kysely's `DB`, and which `withSchema` with a name alone is for. */
export function defaultsOf(tenants: readonly string[]): readonly string[] {
  return tenants.length > 0 ? tenants : [DEFAULT_SCHEMA]
}

/** @throws {@link UsageError} for a name that PostgreSQL would cut or could not hold: it might be another's then. */
function refuseUnlessName(schema: unknown): void {
  if (typeof schema === 'string' && schema !== '' && Buffer.byteLength(schema) <= 63) {
    if (!/[\0\p{Surrogate}]/u.test(schema)) return
  }
  throw new UsageError(
    `withSchema() takes the name of a schema, well-formed text of 1 to 63 bytes, not ${describe(schema)}.`,
  )
}

function describe(schema: unknown): string {
  return typeof schema === 'string' ? JSON.stringify(schema) : `a ${typeof schema}`
}
