import type { FunctionSchema } from '../../src/schema/function.js'
import type { RelationSchema, TableSchema } from '../../src/schema/table.js'
import type { CompositeTypeSchema, EnumTypeSchema } from '../../src/schema/type.js'
import type { Refined } from './refined.js'
import type {
  CatalogColumn,
  CatalogComposite,
  CatalogDomain,
  CatalogFunction,
  CatalogParameter,
  CatalogTable,
  Described,
  Skipped,
} from '../introspect/catalog.js'

/** Everything the files are written from: the catalog with each thing's TypeScript name decided. */
export interface DatabaseModel {
  readonly tables: readonly TableModel[]
  readonly functions: readonly FunctionModel[]
  readonly enums: readonly Named<EnumTypeSchema>[]
  readonly composites: readonly (Named<CompositeTypeSchema> & CatalogComposite)[]
  readonly domains: readonly DomainModel[]
  readonly types: TypeNames
  /** The exported names of domains, by qualified name. */
  readonly aliases: TypeNames
  /** What TypeScript makes of types, by `serverLabel`. */
  readonly refined: ReadonlyMap<string, Refined>
  /** The schemas that each tenant has one like. */
  readonly tenants: readonly string[]
  readonly skipped: readonly Skipped[]
  /** What the user should know of what the configuration declares. */
  readonly notes: readonly string[]
  readonly renamed: readonly Renamed[]
  /** What Kysely's CamelCasePlugin does not reach, where `DB` is for it. */
  readonly unreached: readonly Unreached[]
}

export interface TableModel {
  readonly table: CatalogTable
  readonly names: TableNames
  /** How free-hand Kysely names it: `users`, or `billing.users` outside `public`. */
  readonly kyselyName: string
  readonly columns: readonly ColumnModel[]
  /** How `DB` has it, where that is not as repositories have it. */
  readonly freeHand: FreeHand | undefined
  /** The type of its key, if that is branded. */
  readonly brand: Brand | undefined
  readonly relations: readonly RelationModel[]
  readonly schema: TableSchema
  /** It takes inserts and updates. */
  readonly writable: boolean
}

/** A table as free-hand Kysely sees it, by plugins and values of its own. */
export interface FreeHand {
  /** Its key in `DB`; undefined where no key leads to it. */
  readonly key: string | undefined
  /** By the columns' names; without those that have no key. */
  readonly columns: ReadonlyMap<string, ColumnKey>
  readonly values: 'sluice' | 'pg'
}

export interface ColumnKey {
  readonly key: string
  /** It comes with all columns, and cannot be named. */
  readonly isRead: boolean
}

/** What cannot be named in free-hand SQL. */
export interface Unreached {
  /** Its qualified name. */
  readonly name: string
  /** What is sent for it. */
  readonly sent: string
}

/** The type of a table's key: `UserId`. */
export interface Brand {
  readonly name: string
  readonly table: CatalogTable
  /** The key's column, as in SQL. */
  readonly column: string
}

export interface ColumnModel {
  readonly column: CatalogColumn
  readonly property: string
  /** What TypeScript makes of its values, if that is not what their type says. */
  readonly refined: Refined | undefined
  /** The server alone fills it. */
  readonly readOnly: boolean
  /** It may be left out of an insert. */
  readonly optional: boolean
}

/** A function with what it is called in TypeScript. */
export interface FunctionModel {
  readonly function: CatalogFunction
  readonly names: FunctionNames
  readonly parameters: readonly ParameterModel[]
  /** What its rows are: those of a table, or its own. */
  readonly rows: TableModel
  /** Its rows are those of a table. */
  readonly isOfTable: boolean
  readonly schema: FunctionSchema
}

export interface ParameterModel {
  readonly parameter: CatalogParameter
  readonly property: string
}

/** What one function is called. */
export interface FunctionNames {
  /** Its key in `functions()`. */
  readonly property: string
  /** The types of what it takes and gives. */
  readonly arguments: string
  readonly row: string
  readonly filter: string
  readonly columns: string
  readonly model: string
}

export interface RelationModel {
  readonly schema: RelationSchema
  /** Whether the table refers, is referred to, or is linked. */
  readonly form: 'forward' | 'inverse' | 'through'
  /** Whether its rows cannot be without the one that they belong to. */
  readonly isFixed: boolean
  /** What the settings call the key that it is made from. */
  readonly entry: string
  /** The names of the table it leads to. */
  readonly target: TableNames
}

/** The exported names of one table's file. */
export interface TableNames {
  /** Inside the output folder, without extension. */
  readonly file: string
  /** Its key in `repositories()`. */
  readonly property: string
  readonly row: string
  readonly insert: string
  readonly update: string
  readonly filter: string
  readonly columns: string
  /** The same for querysets, where that is for free-hand Kysely alone. */
  readonly ownColumns?: string
  readonly relations: string
  readonly model: string
  readonly repository: string
}

/** A domain with its exported name, if it has one: what the user gave a type of its own has none. */
export interface DomainModel extends CatalogDomain {
  readonly typeName: string | undefined
}

export interface Named<Type> extends Described<Type> {
  readonly typeName: string
}

/** The exported names of enums and composites, by qualified name. */
export type TypeNames = ReadonlyMap<string, string>

/** What does not have the name one would expect from the schema. */
export interface Renamed {
  readonly from: string
  readonly to: string
  /** The setting that chooses another name: `names.columns["public.users.User Id"]`. */
  readonly setting: string
  /** The schema that a table has in front, where another table has the plain name. */
  readonly by?: string
}
