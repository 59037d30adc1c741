import { UsageError } from '../errors.js'
import { known, PARTS } from '../shape/known.js'
import type { FunctionSchema } from './function.js'
import { KnownTables } from './known-tables.js'
import type { PackedTables } from './packed.js'
import { defaultsOf, Places, type SchemaMap } from './places.js'
import { qualifiedName, type Qualified } from './qualified-name.js'
import type { Rules, TableRules } from './rules.js'
import type { TableSchema } from './table.js'

/** Whether any tables of the process have rules: where none have, nothing is looked through for them. */
let areRuled = false

/**
 * The tables that relations lead to, by qualified name, and where they are: tables refer to each other by name, so that
 * none imports another.
 */
export class SchemaRegistry {
  readonly #tables: KnownTables
  readonly #places: Places | undefined
  readonly #rules: Rules | undefined
  #plain: SchemaRegistry | undefined
  readonly #parts: readonly unknown[]

  /** @throws {@link UsageError} for tables that the generator of another version has written. */
  constructor(tables: readonly TableSchema[] | PackedTables)
  /** @internal */
  constructor(tables: KnownTables, places: Places | undefined, rules?: Rules)
  constructor(tables: readonly TableSchema[] | PackedTables | KnownTables, places?: Places, rules?: Rules) {
    this.#tables = tables instanceof KnownTables ? tables : new KnownTables(tables)
    this.#places = places
    this.#rules = rules
    // Nothing that is made with rules passes for what is made without.
    this.#parts = [known(this.#tables), places?.entries, ...(rules === undefined ? [] : [known(rules)])]
    // Where tables are is not said for most.
    if (places === undefined && rules === undefined) known(this)
    if (rules !== undefined) areRuled = true
  }

  /** Whether any of a process has rules. @internal */
  static get areRuled(): boolean {
    return areRuled
  }

  /** What holds for rows, by table. @internal */
  get rules(): Rules | undefined {
    return this.#rules
  }

  /** The same of one table. @internal */
  rulesOf(table: Qualified): TableRules | undefined {
    return this.#rules?.get(qualifiedName(table))
  }

  /** The same tables with these rules alone. @internal */
  withRules(rules: Rules): SchemaRegistry {
    const ruled = new SchemaRegistry(this.#tables, this.#places, rules)
    ruled.#plain = this.withoutRules()
    return ruled
  }

  /** The same tables without any rules: always the same ones, by which plans are found again. @internal */
  withoutRules(): SchemaRegistry {
    if (this.#rules === undefined) return this
    return (this.#plain ??= new SchemaRegistry(this.#tables, this.#places))
  }

  /** @internal */
  get [PARTS](): readonly unknown[] {
    return this.#parts
  }

  /**
   * A table by its qualified name.
   *
   * @throws {@link UsageError} for a table that is not among those given.
   */
  table(name: string): TableSchema {
    const table = this.#tables.get(name)
    if (table === undefined) {
      throw new UsageError(
        `The table ${name} is not known here: make repositories with repositories(kysely).`,
      )
    }
    return known(table)
  }

  /** What functions are called. */
  get functionNames(): string[] {
    return this.#tables.functionNames
  }

  /** A function by what it is called. @throws {@link UsageError} for one that is not among those given. */
  function(name: string): FunctionSchema {
    const found = this.#tables.function(name)
    if (found === undefined)
      throw new UsageError(`The function ${name} is not known here: call it by functions(kysely).`)
    return known(found)
  }

  /** What a function's rows have. */
  rowsOf({ rows }: FunctionSchema): TableSchema {
    return typeof rows === 'string' ? this.table(rows) : known(rows)
  }

  /** The same tables in other schemas. @throws {@link UsageError} for what names none. */
  withSchema(schemas: SchemaMap): SchemaRegistry {
    return new SchemaRegistry(
      this.#tables,
      new Places(schemas, (key) => this.#tables.has(key), this.#tables.tenants),
      this.#rules,
    )
  }

  /** These tables where they are said to be, or else where `outer` says: that of what they become a part of. */
  within(outer: SchemaRegistry): SchemaRegistry {
    if (this.#places !== undefined || outer.#places === undefined) return this
    return new SchemaRegistry(this.#tables, outer.#places, this.#rules)
  }

  /** Whether it was said where tables are. */
  get isPlaced(): boolean {
    return this.#places !== undefined
  }

  /** Where tables of the default schema are, if that was said. */
  get defaultSchema(): string | undefined {
    return this.#places?.default
  }

  /** The schema that a table or type is in; empty: the one that the search_path leads to. */
  schemaOf(qualified: Qualified): string {
    return this.#places?.schemaOf(qualified) ?? qualified.schema
  }

  /**
   * The same for SQL.
   *
   * @throws {@link UsageError} for what is each tenant's, where no tenant was named.
   */
  placeOf(qualified: Qualified): string {
    const place = this.#places?.schemaOf(qualified)
    if (place !== undefined || !this.#tables.tenants.includes(qualified.schema))
      return place ?? qualified.schema
    throw new UsageError(
      `${qualifiedName(qualified)} is there once for each tenant: name the tenant's schema, ` +
        "repositories(db).withSchema('tenant_1').",
    )
  }

  /** A table by where it is, as messages name it: `tenant_1.users`. */
  nameOf(qualified: Qualified): string {
    return qualifiedName({ schema: this.schemaOf(qualified), name: qualified.name })
  }

  /** The table that is in a place, as the server names it. */
  tableAt(place: Qualified): TableSchema | undefined {
    return [...this.#tables.all()].find((table) => {
      const schema = this.schemaOf(table)
      return table.name === place.name && (schema === place.schema || schema === '')
    })
  }

  /** The schema of a table that goes without one in Kysely's `DB`, if it is known here. */
  schemaOfUnqualified(name: string): string | undefined {
    const table =
      defaultsOf(this.#tables.tenants)
        .map((schema) => this.#tables.get(qualifiedName({ schema, name })))
        .find((each) => each !== undefined) ?? this.#tables.get(name)
    return table === undefined ? this.defaultSchema : this.placeOf(table)
  }
}
