import type { HandleOf, KyselyHandle } from '../kysely/handle.js'
import type { FilterArgument, Model, TablesOf, ToMany, ToOne } from '../query/model.js'
import type { Chained } from '../queryset/queryset.js'
import type { OnRepository, WithMethods } from '../queryset/types/methods.js'
import type { SchemaMap } from '../schema/places.js'
import type { Repository } from './repository.js'

type NameIn<Repositories> = Exclude<keyof Repositories, 'withSchema'> & string

type ModelAt<Repositories, Name> = Name extends keyof Repositories
  ? Repositories[Name] extends Repository<infer M>
    ? M
    : never
  : never

/** Which rows of a table there are: a filter, or a function that gives one, which is called for each statement. */
export type Scope<M extends Model> = M['filter'] | (() => FilterArgument<M>)

/** What new rows get that do not say it: values, or a function that gives them, which is called for each write. */
export type NewRowDefaults<M extends Model> = Partial<M['insert']> | (() => Partial<M['insert']>)

/** What a repository is extended by. */
export interface Extension<M extends Model> {
  /** Which rows there are, for all that reads and writes them, unless `unscoped()` is said. */
  readonly scope?: Scope<M>
  /** Further scopes, each with a name by which `unscoped('name')` lifts it alone. */
  readonly scopes?: Readonly<Record<string, Scope<M>>>
  /** What new rows get that do not say it. */
  readonly defaults?: NewRowDefaults<M>
  /** Methods of the repository and of all its querysets, which are `this` in them. */
  readonly methods?: object
}

/** Extensions of repositories, by the names of these. */
export type Extensions<Repositories> = {
  readonly [Name in NameIn<Repositories>]?: Extension<ModelAt<Repositories, Name>>
}

/** That extensions have no names that are not known, and what `this` is in their methods. */
export type CheckedExtensions<Repositories, E> = {
  readonly [Name in keyof E]: Name extends NameIn<Repositories>
    ? CheckedExtension<ExtendedModel<Repositories, E, Name>, E[Name]>
    : UnknownRepository<NameIn<Repositories>>
}

/** No extension is one: a type error that names the repositories that there are. */
export interface UnknownRepository<Names> {
  readonly thereIsNoSuchRepository: Names
}

type CheckedExtension<M extends Model, E> = {
  readonly [Key in keyof E]: Key extends 'scope'
    ? Checked<M['filter'], E[Key]>
    : Key extends 'scopes'
      ? { readonly [Name in keyof E[Key]]: Checked<M['filter'], E[Key][Name]> }
      : Key extends 'methods'
        ? ThisType<Chained<M, M['row']>> & { readonly [Taken in keyof Repository<Model>]?: never }
        : Key extends 'defaults'
          ? Checked<M['insert'], E[Key]>
          : never
}

/** That an object, or what a function gives, has no keys but those that are known. */
type Checked<Known, Given> = Given extends () => infer Values
  ? () => NoOthers<Known, Values>
  : NoOthers<Known, Given>

type NoOthers<Known, Given> = Given extends (...args: never) => unknown
  ? unknown
  : { readonly [Key in Exclude<keyof Given, keyof Known>]: never }

/** What extended repositories are. */
export type ExtendedRepositories<Repositories, E> = {
  readonly [Name in keyof Repositories]: Name extends 'withSchema'
    ? (schemas: SchemaMap) => ExtendedRepositories<Repositories, E>
    : Name extends keyof E
      ? ExtendedRepository<ExtendedModel<Repositories, E, Name>>
      : [ScopedTable<Repositories, E>] extends [never]
        ? Repositories[Name]
        : ExtendedRepository<ExtendedModel<Repositories, E, Name>>
}

/** What makes extended repositories of a Kysely instance or transaction. */
export type ExtendedFunction<Repositories, E> = <K extends KyselyHandle>(
  kysely: K & HandleOf<K, TablesOf<ModelAt<Repositories, keyof E>>>,
) => ExtendedRepositories<Repositories, E>

type ExtendedRepository<M extends Model> = M extends WithMethods
  ? Repository<M> & {
      readonly [Name in keyof M['methods']['own']]: OnRepository<
        M['methods']['own'][Name],
        M['row'],
        Chained<M, M['row']>
      >
    }
  : Repository<M>

/** A table as its extension, and the scopes of others, have it. */
type ExtendedModel<Repositories, E, Name> = ModelWith<
  ModelAt<Repositories, Name>,
  Name extends keyof E ? E[Name] : unknown,
  ScopedTable<Repositories, E>
>

type ModelWith<M extends Model, E, Scoped> = E extends { readonly methods: infer Methods extends object }
  ? ScopedModel<M, InsertOf<M, E>, Scoped> & {
      readonly methods: { readonly own: Methods; readonly row: M['row'] }
    }
  : ScopedModel<M, InsertOf<M, E>, Scoped>

/** A table whose relations to one row may lead to none, where that is out of scope. */
export interface ScopedModel<M extends Model, Insert extends object, Scoped> {
  /** The table's name in free-hand Kysely. */
  readonly name: M['name']
  /** A full row. */
  readonly row: M['row']
  /** Properties of the primary key. */
  readonly key: M['key']
  /** What `filter` takes. */
  readonly filter: M['filter']
  /** What an insert takes, without need of what has a default. */
  readonly insert: Insert
  /** What an update takes. */
  readonly update: M['update']
  /** The table in Kysely's terms. */
  readonly columns: M['columns']
  /** All tables of the database. */
  readonly tables: NonNullable<M['tables']>
  /** Names of unique indexes. */
  readonly uniqueIndexes: NonNullable<M['uniqueIndexes']>
  /** Methods of its querysets. */
  readonly methods: NonNullable<M['methods']>
  /** Relations, of which those to one row may lead to none. */
  readonly relations: {
    readonly [Name in keyof M['relations']]: ScopedRelation<M['relations'][Name], Scoped>
  }
}

/** What an insert takes where fields that have a default may be left out. */
type InsertOf<M extends Model, E> = E extends { readonly defaults: infer Given }
  ? WithoutNeed<M['insert'], DefaultField<Given>>
  : M['insert']

type DefaultField<Given> = Given extends () => infer Values ? keyof Values : keyof Given

type WithoutNeed<Insert, Field> = Omit<Insert, Field & keyof Insert> &
  Partial<Pick<Insert, Field & keyof Insert>>

/** The names of the tables that have scopes. */
type ScopedTable<Repositories, E> = {
  [Name in keyof E]: E[Name] extends { readonly scope: unknown } | { readonly scopes: unknown }
    ? ModelAt<Repositories, Name>['name']
    : never
}[keyof E]

type ScopedRelation<Relation, Scoped> =
  Relation extends ToOne<infer T, infer Nullable>
    ? ToOne<ScopedModel<T, T['insert'], Scoped>, T['name'] extends Scoped ? true : Nullable>
    : Relation extends ToMany<infer T, infer Fixed>
      ? ToMany<ScopedModel<T, T['insert'], Scoped>, Fixed>
      : Relation
