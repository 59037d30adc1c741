import { UsageError } from '../errors.js'
import { type PackedTables, Unpacking } from './packed.js'
import { qualifiedName } from './qualified-name.js'
import type { TableSchema } from './table.js'
import { qualifiedTypes } from './type.js'

/** A table, or what unpacks it. */
type Kept = TableSchema | (() => TableSchema)

/** Tables by their qualified names, each unpacked when it is first asked for. */
export class KnownTables {
  /** The schemas whose tables are each tenant's. */
  readonly tenants: readonly string[]
  readonly #tables: Map<string, Kept>
  #names: Set<string> | undefined

  /** @throws {@link UsageError} for what a generator of another version has packed. */
  constructor(tables: readonly TableSchema[] | PackedTables) {
    this.tenants = 'version' in tables ? (tables.tenants ?? []) : []
    this.#tables = new Map<string, Kept>('version' in tables ? packed(tables) : named(tables))
  }

  get(name: string): TableSchema | undefined {
    const table = this.#tables.get(name)
    if (typeof table !== 'function') return table
    const unpacked = table()
    this.#tables.set(name, unpacked)
    return unpacked
  }

  *all(): Generator<TableSchema, void> {
    for (const name of this.#tables.keys()) {
      const table = this.get(name)
      if (table !== undefined) yield table
    }
  }

  /** Whether there is a schema, a table or a type of this name. */
  has(name: string): boolean {
    this.#names ??= new Set(
      [...this.all()].flatMap((table) =>
        [table, ...table.columns.flatMap(({ type }) => qualifiedTypes(type))].flatMap((each) => [
          each.schema,
          qualifiedName(each),
        ]),
      ),
    )
    return this.#names.has(name)
  }
}

function named(tables: readonly TableSchema[]): [string, TableSchema][] {
  return tables.map((table) => [qualifiedName(table), table])
}

function packed(form: PackedTables): [string, () => TableSchema][] {
  // What was written by another version is of any form.
  if ((form.version as number) !== 1)
    throw new UsageError(
      `The generated code has tables of form ${String(form.version)}, and this version of sluice reads form 1: ` +
        'run the generator of the version that is installed.',
    )
  const unpacking = new Unpacking(form)
  return form.tables.map(([name, json]) => [name, () => unpacking.table(json)])
}
