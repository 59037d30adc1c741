import { version } from '../copies.js'
import { bindingOf, type KyselyHandle } from '../kysely/handle.js'
import type { SchemaMap } from '../schema/places.js'
import type { SchemaRegistry } from '../schema/registry.js'

/** A class of repositories, as the generator writes it or as one that extends it. */
export type RepositoryClass = new (kysely: KyselyHandle, schemas?: SchemaRegistry) => object

/** The classes of repositories by name. */
export type RepositoryClasses = Readonly<Record<string, RepositoryClass>>

/** What repositories are made of. */
export interface Origin {
  readonly schemas: SchemaRegistry
  readonly classes: RepositoryClasses
}

const WITH_SCHEMA = 'withSchema'

/** Under this key repositories say what they are made of. */
const ORIGIN: unique symbol = Symbol.for(`sluice.origin@${version}`)

/** What repositories were made of by {@link repositoriesOf}; undefined for others. */
export function originOf(repositories: object): Origin | undefined {
  return (repositories as { readonly [ORIGIN]?: Origin })[ORIGIN]
}

/**
 * The repositories of generated code by name, each made when it is first asked for: of a large schema's, most never are,
 * and a transaction has its own. What goes through them, such as `Object.entries`, meets every one.
 *
 * @typeParam R what the generator says that they are.
 * @throws {@link UsageError} when the Kysely instance is of another database than PostgreSQL.
 */
export function repositoriesOf<R extends object>(
  kysely: KyselyHandle,
  schemas: SchemaRegistry,
  classes: RepositoryClasses,
): R {
  // What it would refuse is refused now, and not when the first is asked for.
  bindingOf(kysely)
  const made: Record<string | symbol, unknown> = {}
  const isNamed = (name: string | symbol) => typeof name === 'string' && Object.hasOwn(classes, name)
  const get = (name: string | symbol): unknown => {
    if (isNamed(name) && !Object.hasOwn(made, name)) {
      const Repository = classes[name as string]
      made[name] = Repository && new Repository(kysely, schemas)
    }
    return made[name]
  }
  const withSchema = (names: SchemaMap) => repositoriesOf<R>(kysely, schemas.withSchema(names), classes)
  Object.defineProperty(made, WITH_SCHEMA, { value: withSchema, configurable: true })
  const origin: Origin = { schemas, classes }
  Object.defineProperty(made, ORIGIN, { value: origin, configurable: true })
  // What they are is what the generator has typed.
  return new Proxy(made, {
    get: (_, name) => get(name),
    has: (_, name) => isNamed(name) || name in made,
    ownKeys: () => Object.keys(classes),
    getOwnPropertyDescriptor: (_, name) =>
      isNamed(name) ? { value: get(name), enumerable: true, configurable: true } : undefined,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  }) as object as R
}
