import {
  Repository,
  SchemaRegistry,
  type KyselyHandle,
  type Model,
  type TableSchema,
  type ToMany,
  type TypeSchema,
} from '../../src/index.js'
import type { NumberRow } from '../postgres/support/fault-tables.js'
import { tableSchema } from '../support/table-schema.js'

/** A table of a scenario, whose rows are as it says. */
export interface AnyModel<Row extends object> extends Model {
  readonly name: string
  readonly row: Row
  readonly key: never
  readonly filter: { readonly id?: number | { readonly lte?: number } }
  readonly insert: Row
  readonly update: Partial<Row>
  readonly columns: Row
  readonly relations: { readonly same: ToMany<AnyModel<Row>> }
}

/** The repository of a table with these columns, whose key is `id`, as the generator would write it. */
export function tableOf<Row extends object>(
  kysely: KyselyHandle,
  name: string,
  columns: Readonly<Record<keyof Row & string, TypeSchema>>,
): Repository<AnyModel<Row>> {
  return repositoryOf(kysely, tableSchema(name, columns, { primaryKey: ['id'] }))
}

/** Numbers by a name of their own, to each of which belongs the row of `numbers` with its id, as `same`. */
export function relatedNumbers(kysely: KyselyHandle): Repository<AnyModel<NumberRow>> {
  const same = { name: 'same', kind: 'many', nullable: false, target: 'public.numbers' } as const
  const numbers = tableSchema(
    'numbers',
    { id: 'int4', payload: 'text' },
    { primaryKey: ['id'], relations: [{ ...same, columns: ['id'], targetColumns: ['id'] }] },
  )
  return repositoryOf(kysely, numbers, new SchemaRegistry([numbers]))
}

function repositoryOf<Row extends object>(
  kysely: KyselyHandle,
  schema: TableSchema,
  registry?: SchemaRegistry,
): Repository<AnyModel<Row>> {
  class Table extends Repository<AnyModel<Row>> {
    constructor(handle: KyselyHandle, schemas = registry) {
      super(handle, schema, schemas)
    }
  }
  return new Table(kysely)
}
