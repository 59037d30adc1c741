import { choicesOf } from '../choices.js'
import { UsageError } from '../errors.js'
import type { KyselyHandle } from '../kysely/handle.js'
import { parseValues } from '../query/assignment.js'
import { isPlainObject } from '../query/lookups/operand.js'
import type { Model } from '../query/model.js'
import { isFunction, scopeCondition } from '../query/scoped/table-scope.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { SchemaRegistry } from '../schema/registry.js'
import { SCOPE, type TableRules } from '../schema/rules.js'
import type { TableSchema } from '../schema/table.js'
import { describe } from '../types/describe.js'
import type { CheckedExtensions, ExtendedFunction, Extensions } from './extension-types.js'
import { refuseUnfit, withMethods } from './methods.js'
import { originOf, repositoriesOf, type Origin, type RepositoryClass } from './repositories.js'
import type { Repository } from './repository.js'

/** What a repository is extended by, as it arrives. */
interface GivenExtension {
  readonly scope?: unknown
  readonly scopes?: unknown
  readonly defaults?: unknown
  readonly methods?: unknown
}

const KEYS = ['scope', 'scopes', 'defaults', 'methods']

/** What repositories are made of once they are extended, by what they were made of. */
function extendedOrigin(
  kysely: KyselyHandle,
  { schemas, classes }: Origin,
  extensions: Readonly<Record<string, unknown>>,
): Origin {
  const rules = new Map(schemas.rules)
  const extended = { ...classes }
  for (const [name, given] of Object.entries(extensions)) {
    const Base = Object.hasOwn(classes, name) ? classes[name] : undefined
    if (Base === undefined)
      throw new UsageError(
        `extendRepositories() has no repository "${name}". ${choicesOf(name, Object.keys(classes))}.`,
      )
    const extension = checked(name, given)
    // Generated classes are of repositories.
    const { schema: table } = new Base(kysely, schemas) as Repository<Model>
    const own = rulesOf(table, schemas, name, extension)
    if (own !== undefined) rules.set(qualifiedName(table), own)
    extended[name] = withOwnMethods(Base, name, extension)
  }
  return { schemas: rules.size === 0 ? schemas : schemas.withRules(rules), classes: extended }
}

function withOwnMethods(Base: RepositoryClass, name: string, { methods }: GivenExtension): RepositoryClass {
  if (methods === undefined) return Base
  refuseUnfit(Base, name, methods)
  return withMethods(Base, methods as Readonly<Record<string, unknown>>)
}

function checked(name: string, extension: unknown): GivenExtension {
  if (!isPlainObject(extension))
    throw new UsageError(
      `extendRepositories() takes for ${name} an object such as { scope: { … }, methods: { … } }, not ${describe(extension)}.`,
    )
  const other = Object.keys(extension).find((key) => !KEYS.includes(key))
  if (other === undefined) return extension
  throw new UsageError(`The extension of ${name} has no "${other}". ${choicesOf(other, KEYS)}.`)
}

/** What holds for rows of a table, what held before included; undefined where nothing does. */
function rulesOf(
  table: TableSchema,
  schemas: SchemaRegistry,
  name: string,
  extension: GivenExtension,
): TableRules | undefined {
  const { scopes: before = [], defaults = [] } = schemas.rulesOf(table) ?? {}
  const scopes = new Map(before)
  for (const [scope, given] of scopesOf(name, extension)) {
    if (scopes.has(scope))
      throw new UsageError(
        `${name} has a scope${scope === SCOPE ? '' : ` "${scope}"`} already: give ${name} scopes with other names, ` +
          'scopes: { name: … }.',
      )
    if (!isFunction(given)) scopeCondition(table, schemas, scope, given)
    scopes.set(scope, given)
  }
  const { defaults: given } = extension
  const isGiven = 'defaults' in extension
  if (isGiven && !isFunction(given)) parseValues(table, given, 'The defaults')
  const all = isGiven ? [...defaults, given] : defaults
  return scopes.size === 0 && all.length === 0 ? undefined : { scopes, defaults: all }
}

function scopesOf(name: string, extension: GivenExtension): [name: string, scope: unknown][] {
  const { scope, scopes = {} } = extension
  if (!isPlainObject(scopes))
    throw new UsageError(`The scopes of ${name} are an object of filters by name, not ${describe(scopes)}.`)
  if (Object.hasOwn(scopes, SCOPE))
    throw new UsageError(`A scope of ${name} has an empty name: one without a name is its "scope".`)
  // One that is undefined by mistake is refused, and not taken for none.
  const own: [string, unknown][] = 'scope' in extension ? [[SCOPE, scope]] : []
  return [...own, ...Object.entries(scopes)]
}

/**
 * The repositories of generated code with scopes, defaults and methods of one's own: a function that is called as
 * `repositories` is, which stays as it was.
 *
 * ```ts
 * const shop = extendRepositories(repositories, {
 *   users: {
 *     scope: { isActive: true },
 *     methods: {
 *       recent() {
 *         return this.filter({ createdAt: { gte: lastWeek() } }).orderBy('-createdAt')
 *       },
 *     },
 *   },
 * })
 * const { users, posts } = shop(db)
 * await users.filter({ companyId: 7 }).recent().count()
 * await posts.prefetchRelated('author').toArray() // authors that are active, else null
 * ```
 *
 * A scope is one more condition of whatever reads, counts, updates or deletes rows of the table, from wherever relations lead
 * to it. A function is called for each statement, or once for all of a stream or walk; `unscoped()` is the way out. Across
 * relations, a scope itself goes to tables as they are.
 *
 * What it makes are repositories of the same database: extended repositories can be extended again.
 *
 * @throws when it is first called for a Kysely instance: {@link UsageError} for an unknown repository, for methods whose names
 * are taken, and for a scope that there is already; {@link FieldError} for a scope or defaults that do not fit the table.
 */
export function extendRepositories<
  F extends (kysely: never) => object,
  const E extends Extensions<ReturnType<F>>,
>(repositories: F, extensions: E & CheckedExtensions<ReturnType<F>, E>): ExtendedFunction<ReturnType<F>, E> {
  if (typeof repositories !== 'function' || !isPlainObject(extensions))
    throw new UsageError(
      'extendRepositories() takes the repositories of generated code, and extensions by name: ' +
        'extendRepositories(repositories, { users: { scope: { … } } }).',
    )
  const extended = new WeakMap<Origin['classes'], Origin>()
  const made = (kysely: KyselyHandle): object => {
    // A handle of another database is refused by its type.
    const origin = originOf(repositories(kysely as never))
    if (origin === undefined)
      throw new UsageError(
        'extendRepositories() takes the function "repositories" of generated code, or what it has made of it before.',
      )
    const before = extended.get(origin.classes)
    const { schemas, classes } = before ?? extendedOrigin(kysely, origin, extensions)
    if (before === undefined) extended.set(origin.classes, { schemas, classes })
    return repositoriesOf(kysely, schemas, classes)
  }
  // What they are follows from the extensions.
  return made as ExtendedFunction<ReturnType<F>, E>
}
