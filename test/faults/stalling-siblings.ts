import { Repository, type KyselyHandle, type TableSchema, type ToMany } from '../../src/index.js'
import type { NumbersModel } from '../postgres/support/fault-tables.js'
import { SchemaRegistry } from '../../src/schema/registry.js'
import { tableSchema } from '../support/table-schema.js'

interface SiblingsModel extends NumbersModel {
  readonly relations: { readonly siblings: ToMany<NumbersModel> }
}

class Siblings extends Repository<SiblingsModel> {}

/** Numbers with the rows of `stalling` that have the same id: prefetching the one after `GOOD_ROWS` takes a minute. */
export function stallingSiblings(kysely: KyselyHandle) {
  const numbers = schemaOf('numbers')
  const stalling = schemaOf('stalling')
  return new Siblings(kysely, numbers, new SchemaRegistry([numbers, stalling])).prefetchRelated('siblings')
}

function schemaOf(name: string): TableSchema {
  const siblings = { name: 'siblings', kind: 'many', nullable: false, target: 'public.stalling' } as const
  return tableSchema(
    name,
    { id: 'int4', payload: 'text' },
    {
      kind: 'view',
      primaryKey: ['id'],
      relations: [{ ...siblings, columns: ['id'], targetColumns: ['id'] }],
    },
  )
}
