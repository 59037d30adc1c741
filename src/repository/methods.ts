import { UsageError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { isPlainObject } from '../query/lookups/operand.js'
import type { Model } from '../query/model.js'
import type { QueryState } from '../query/state.js'
import { QuerySet } from '../queryset/queryset.js'
import { describe } from '../types/describe.js'
import type { RepositoryClass } from './repositories.js'

type QuerySetClass = new (binding: Binding, state: QueryState) => QuerySet<Model>

/** The querysets of repositories with methods of the application's own. */
const querysetsOf = new WeakMap<RepositoryClass, QuerySetClass>()

/** A class like this one, whose repositories and their querysets have these methods as well. */
export function withMethods(
  Base: RepositoryClass,
  methods: Readonly<Record<string, unknown>>,
): RepositoryClass {
  const QuerySets = class extends (querysetsOf.get(Base) ?? QuerySet<Model>) {}
  const Repositories = class extends Base {}
  const made = (state: QueryState, binding: Binding) => new QuerySets(binding, state)
  for (const { prototype } of [QuerySets, Repositories] as { prototype: object }[]) {
    for (const [name, value] of Object.entries({ ...methods, made }))
      Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
  Object.defineProperty(QuerySets, 'name', { value: QuerySet.name })
  Object.defineProperty(Repositories, 'name', { value: Base.name })
  querysetsOf.set(Repositories, QuerySets)
  return Repositories
}

/** @throws {@link UsageError} for what are no methods, and for names that are taken. */
export function refuseUnfit(Base: RepositoryClass, repository: string, methods: unknown): void {
  if (!isPlainObject(methods))
    throw new UsageError(`The methods of ${repository} are an object of functions, not ${describe(methods)}.`)
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method !== 'function')
      throw new UsageError(`The method ${name} of ${repository} is ${describe(method)}, and no function.`)
    if (name in (Base.prototype as object))
      throw new UsageError(
        `${repository} cannot have a method ${name}() of its own: querysets and repositories have one. Give it another name.`,
      )
    if (name === 'then')
      throw new UsageError(
        `${repository} cannot have a method then(): await would take its querysets for promises. Give it another name.`,
      )
  }
}
