import { sql, type AliasedRawBuilder } from 'kysely'
import type { Qualified } from '../schema/qualified-name.js'
import type { SchemaRegistry } from '../schema/registry.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import type { Sql } from './compile.js'

/** Of one statement: which alias comes next, and the one that is taken. */
interface Counter {
  next: number
  readonly root: string
}

/** A table within a statement, under the alias that its columns are qualified by. */
export class Scope {
  readonly #counter: Counter
  readonly #names: ReadonlyMap<ColumnSchema, string> | undefined
  readonly #expressions = new Map<ColumnSchema, () => Sql>()

  private constructor(
    readonly table: TableSchema,
    readonly schemas: SchemaRegistry,
    readonly alias: string,
    names?: ReadonlyMap<ColumnSchema, string>,
    counter: Counter = { next: 1, root: table.name },
  ) {
    this.#counter = counter
    this.#names = names
  }

  /**
   * The table that a statement is about, under its own name.
   *
   * @param names of columns, where a subquery that has others stands in the table's place.
   */
  static root(table: TableSchema, schemas: SchemaRegistry, names?: ReadonlyMap<ColumnSchema, string>): Scope {
    return new Scope(table, schemas, table.name, names)
  }

  /** The table that a statement writes to, whose name must not hide the `excluded` of ON CONFLICT. */
  static target(table: TableSchema, schemas: SchemaRegistry): Scope {
    return new Scope(table, schemas, table.name === 'excluded' ? 't0' : table.name)
  }

  /** Another table of the same statement, under an alias that is not taken: `t1`, `t2` and so on. */
  inner(table: TableSchema): Scope {
    return new Scope(table, this.schemas, this.freeAlias(), undefined, this.#counter)
  }

  freeAlias(): string {
    const alias = `t${this.#counter.next++}`
    return alias === this.#counter.root ? this.freeAlias() : alias
  }

  /** `"schema"."name"` of a table or type, where the statement has it. */
  nameOf(qualified: Qualified): Sql {
    const schema = this.schemas.placeOf(qualified)
    return schema === '' ? sql`${sql.id(qualified.name)}` : sql`${sql.id(schema, qualified.name)}`
  }

  /** `"schema"."table" AS "alias"`. */
  tableRef(): AliasedRawBuilder<object, string> {
    return sql<object>`${this.nameOf(this.table)}`.as(this.alias)
  }

  /** From here on a column stands for an expression; a later definition replaces an earlier one. */
  define(column: ColumnSchema, expression: () => Sql): void {
    this.#expressions.set(column, expression)
  }

  /** `"alias"."column"`, or what the column stands for. */
  columnRef(column: ColumnSchema): Sql {
    const expression = this.#expressions.get(column)
    if (expression !== undefined) return expression()
    return sql`${sql.id(this.alias, this.#names?.get(column) ?? column.name)}`
  }
}
