import { UsageError } from '../errors.js'
import type { FunctionSchema } from './function.js'
import { type PackedTables, Unpacking } from './packed.js'
import { qualifiedName, type Qualified } from './qualified-name.js'
import type { TableSchema } from './table.js'
import { qualifiedTypes, type TypeSchema } from './type.js'

/** Tables by their qualified names, and functions by what they are called, each unpacked when it is first asked for. */
export class KnownTables {
  /** The schemas whose tables are each tenant's. */
  readonly tenants: readonly string[]
  readonly #tables: Kept<TableSchema>
  readonly #functions: Kept<FunctionSchema>
  #names: Set<string> | undefined

  /** @throws {@link UsageError} for what a generator of another version has packed. */
  constructor(tables: readonly TableSchema[] | PackedTables) {
    this.tenants = 'version' in tables ? (tables.tenants ?? []) : []
    if (!('version' in tables)) {
      this.#tables = new Kept(tables.map((table) => [qualifiedName(table), table]))
      this.#functions = new Kept([])
      return
    }
    refuseOtherForm(tables)
    const unpacking = new Unpacking(tables)
    const { functions = [] } = tables
    this.#tables = new Kept(tables.tables.map(([name, json]) => [name, () => unpacking.table(json)]))
    this.#functions = new Kept(functions.map(([name, json]) => [name, () => unpacking.function(json)]))
  }

  get(name: string): TableSchema | undefined {
    return this.#tables.get(name)
  }

  all(): Generator<TableSchema, void> {
    return this.#tables.all()
  }

  /** By what it is called in TypeScript. */
  function(name: string): FunctionSchema | undefined {
    return this.#functions.get(name)
  }

  /** What functions are called in TypeScript. */
  get functionNames(): string[] {
    return this.#functions.names
  }

  /** Whether there is a schema, a table, a function or a type of this name. */
  has(name: string): boolean {
    this.#names ??= new Set(
      [...[...this.all()].flatMap(namedBy), ...[...this.#functions.all()].flatMap(namedByFunction)].flatMap(
        (each) => [each.schema, qualifiedName(each)],
      ),
    )
    return this.#names.has(name)
  }
}

/** What is asked for by name, and unpacked then. */
class Kept<Item extends object> {
  readonly #items: Map<string, Item | (() => Item)>

  constructor(items: readonly (readonly [string, Item | (() => Item)])[]) {
    this.#items = new Map(items)
  }

  get names(): string[] {
    return [...this.#items.keys()]
  }

  get(name: string): Item | undefined {
    const item = this.#items.get(name)
    if (typeof item !== 'function') return item
    const unpacked = item()
    this.#items.set(name, unpacked)
    return unpacked
  }

  *all(): Generator<Item, void> {
    for (const name of this.#items.keys()) {
      const item = this.get(name)
      if (item !== undefined) yield item
    }
  }
}

function namedBy(table: TableSchema): Qualified[] {
  return [table, ...typesOf(table.columns)]
}

function namedByFunction(each: FunctionSchema): Qualified[] {
  const rows = typeof each.rows === 'string' ? [] : typesOf(each.rows.columns)
  return [each, ...typesOf(each.parameters), ...rows]
}

function typesOf(typed: readonly { readonly type: TypeSchema }[]): Qualified[] {
  return typed.flatMap(({ type }) => qualifiedTypes(type))
}

function refuseOtherForm({ version }: PackedTables): void {
  // What was written by another version is of any form.
  if ((version as number) !== 1)
    throw new UsageError(
      `The generated code has tables of form ${String(version)}, and this version of sluice reads form 1: ` +
        'run the generator of the version that is installed.',
    )
}
