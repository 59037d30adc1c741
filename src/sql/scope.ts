import { sql, type AliasedRawBuilder, type OperationNode, type RawNode } from 'kysely'
import { UsageError } from '../errors.js'
import { isComputed, type Computed } from '../query/expression/computed.js'
import type { Qualified } from '../schema/qualified-name.js'
import type { SchemaRegistry } from '../schema/registry.js'
import type { ColumnSchema, RelationSchema, TableSchema } from '../schema/table.js'
import type { Sql } from './compile.js'

/** Of one statement: which alias comes next, and the one that is taken. */
interface Counter {
  next: number
  readonly root: string
}

/** How computed values become SQL. */
export type Compute = (scope: Scope, column: Computed) => Sql

/** How a scope differs from that of a table that stands alone. */
export interface ScopeOptions {
  readonly compute: Compute
  /** Of columns, where a subquery that has others stands in the table's place. */
  readonly names?: ReadonlyMap<ColumnSchema, string>
  /** The scope of the row that it is asked for. */
  readonly outer?: Scope | undefined
  /** Whether related rows may be joined. Default: no. */
  readonly joins?: boolean
}

/** A table within a statement, under the alias that its columns are qualified by. */
export class Scope {
  readonly #counter: Counter
  readonly #options: ScopeOptions
  readonly #expressions = new Map<ColumnSchema, () => Sql>()
  readonly #outputs = new Map<ColumnSchema, string>()
  readonly #joined = new Map<RelationSchema, Scope>()
  /** `LEFT JOIN … ON …`, in their order, which may grow as long as the statement is built. */
  readonly #joins: Sql[]

  private constructor(
    readonly table: TableSchema,
    readonly schemas: SchemaRegistry,
    readonly alias: string,
    options: ScopeOptions,
    counter: Counter = { next: 1, root: table.name },
    joins: Sql[] = [],
  ) {
    this.#counter = counter
    this.#options = options
    this.#joins = joins
    // No way to the server leads around them.
    if (schemas.rules !== undefined)
      throw new Error(`The scopes that ${table.name} is reached by were not looked up.`)
  }

  /** The table that a statement is about, under its own name; within another statement under an alias. */
  static root(table: TableSchema, schemas: SchemaRegistry, options: ScopeOptions): Scope {
    const { outer } = options
    if (outer === undefined) return new Scope(table, schemas, table.name, options)
    return new Scope(table, schemas, outer.freeAlias(), options, outer.#counter)
  }

  /** The table that a statement writes to, whose name must not hide the `excluded` of ON CONFLICT. */
  static target(table: TableSchema, schemas: SchemaRegistry, options: ScopeOptions): Scope {
    return new Scope(table, schemas, table.name === 'excluded' ? 't0' : table.name, options)
  }

  /** Another table of the same statement, under an alias that is not taken: `t1`, `t2` and so on. */
  inner(table: TableSchema): Scope {
    const { compute } = this.#options
    return new Scope(
      table,
      this.schemas,
      this.freeAlias(),
      { compute, outer: this, joins: true },
      this.#counter,
    )
  }

  /** The same for one that stands beside this one, and whose rows are asked for by the same row. */
  beside(table: TableSchema): Scope {
    const { compute, outer } = this.#options
    return new Scope(table, this.schemas, this.freeAlias(), { compute, outer, joins: true }, this.#counter)
  }

  /** The same table where its columns stand for something else. */
  named(refOf: (column: ColumnSchema) => Sql): Scope {
    const named = new Scope(this.table, this.schemas, this.alias, this.#options, this.#counter)
    for (const column of this.table.columns) named.define(column, () => refOf(column))
    return named
  }

  /** The same table where its columns are named without it, as in the target of ON CONFLICT. */
  bare(): Scope {
    return this.named(({ name }) => sql`${sql.id(name)}`)
  }

  /** The scope of the row that this one is asked for, if there is one. */
  get outer(): Scope | undefined {
    return this.#options.outer
  }

  /** The same so many levels up. */
  above(levels: number): Scope {
    const { outer } = this.#options
    if (levels === 0) return this
    if (outer === undefined) throw new UsageError('A value of an outer row stands where there is none.')
    return outer.above(levels - 1)
  }

  /** The name that a column of the table has in SQL, where a subquery may stand in the table's place. */
  nameOfColumn(name: string): string {
    const column = this.table.columns.find((each) => each.name === name && !isComputed(each))
    return (column && this.#options.names?.get(column)) ?? name
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

  /** `"schema"."table" AS "alias"`, and what is joined to it until the statement is compiled. */
  tableRef(): AliasedRawBuilder<object, string> {
    const joins = this.#joins
    const later: RawNode = {
      kind: 'RawNode',
      get sqlFragments() {
        return joins.map(() => ' ').concat('')
      },
      get parameters(): OperationNode[] {
        return joins.map((join) => join.toOperationNode())
      },
    }
    const tail = { toOperationNode: () => later } as Sql
    return sql<object>`${this.nameOf(this.table)}`.as<string>(sql`${sql.id(this.alias)}${tail}`)
  }

  /** From here on a relation leads to rows that the statement has joined already. */
  join(relation: RelationSchema, target: Scope): void {
    this.#joined.set(relation, target)
  }

  /**
   * The row that a relation to one row leads to, joined by LEFT JOIN where it is not yet; undefined where nothing can be
   * joined.
   *
   * @param on the condition between the two.
   */
  joined(relation: RelationSchema, on: (target: Scope) => Sql): Scope | undefined {
    const present = this.#joined.get(relation)
    if (present !== undefined || this.#options.joins !== true) return present
    const { compute, outer } = this.#options
    const table = this.schemas.table(relation.target)
    const options = { compute, outer, joins: true }
    const target = new Scope(table, this.schemas, this.freeAlias(), options, this.#counter, this.#joins)
    this.#joins.push(sql`left join ${this.nameOf(table)} as ${sql.id(target.alias)} on ${on(target)}`)
    this.#joined.set(relation, target)
    return target
  }

  /** From here on a column stands for an expression; a later definition replaces an earlier one. */
  define(column: ColumnSchema, expression: () => Sql): void {
    this.#expressions.set(column, expression)
  }

  /** From here on ORDER BY and DISTINCT ON have a column by its name among the outputs. */
  nameOutput(column: ColumnSchema, name: string): void {
    this.#outputs.set(column, name)
  }

  /** A column where it stands by itself, in ORDER BY: within an expression, outputs have no names. */
  outputRef(column: ColumnSchema): Sql {
    const name = this.#outputs.get(column)
    return name === undefined ? this.columnRef(column) : sql`${sql.id(name)}`
  }

  /** `"alias"."column"`, or what the column stands for. */
  columnRef(column: ColumnSchema): Sql {
    const expression = this.#expressions.get(column)
    if (expression !== undefined) return expression()
    const { names, compute } = this.#options
    const name = names?.get(column)
    if (name === undefined && isComputed(column)) return compute(this, column)
    return sql`${sql.id(this.alias, name ?? column.name)}`
  }
}
