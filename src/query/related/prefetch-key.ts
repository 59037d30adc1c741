import { qualifiedName } from '../../schema/qualified-name.js'
import { serverName } from '../../schema/conversion.js'
import { baseType, type TypeSchema } from '../../schema/type.js'
import { columnsOf } from '../columns.js'
import type { Prefetch } from '../state.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'

/** The columns by which prefetched rows find their owners: of the related table, or of the link table. */
export function ownerColumns({ relation, state }: Prefetch): readonly ColumnSchema[] {
  const { through } = relation
  if (through === undefined) return columnsOf(state.table, relation.targetColumns)
  return columnsOf(state.schemas.table(through.table), through.columns)
}

/** Types whose values are equal to the server exactly when their texts are. */
const EXACT: Readonly<Record<string, string>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  text: 'text',
  varchar: 'text',
  uuid: 'uuid',
  bytea: 'bytea',
  date: 'date',
  timestamp: 'timestamp',
  bool: 'bool',
}

/**
 * Whether rows find their owners by the text of their keys. Others are equal in several spellings, as 1.0 and 1.00 or
 * citext are: there the server has to say whose row it is.
 *
 * @param owner the table that the keys come from.
 */
export function hasExactKey(prefetch: Prefetch, owner: TableSchema): boolean {
  const own = columnsOf(owner, prefetch.relation.columns)
  return ownerColumns(prefetch).every((column, index) => {
    const kind = exactKind(column.type)
    return kind !== undefined && kind === exactKind(own[index]?.type)
  })
}

function exactKind(type: TypeSchema | undefined): string | undefined {
  const base = type && baseType(type)
  if (base === undefined) return undefined
  if (typeof base === 'string') return EXACT[serverName(base)]
  return base.kind === 'enum' ? qualifiedName(base) : undefined
}

/** The number of an owner among those whose rows are read together, from 1. */
export const OWNER_NUMBER: ColumnSchema = {
  property: 'owner',
  name: 'owner',
  type: 'int8',
  nullable: false,
  optional: false,
}
