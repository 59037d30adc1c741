import { UsageError } from '../errors.js'
import { qualifiedName } from './qualified-name.js'
import type { TableSchema } from './table.js'

/** The tables that relations lead to, by qualified name: tables refer to each other by name, so that none imports another. */
export class SchemaRegistry {
  readonly #tables: ReadonlyMap<string, TableSchema>

  constructor(tables: readonly TableSchema[]) {
    this.#tables = new Map(tables.map((table) => [qualifiedName(table), table]))
  }

  /** @throws {@link UsageError} for a table that is not among those given. */
  table(name: string): TableSchema {
    const table = this.#tables.get(name)
    if (table === undefined) {
      throw new UsageError(
        `The table ${name} is not known here: make repositories with repositories(kysely).`,
      )
    }
    return table
  }
}
