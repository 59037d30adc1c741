import { expect, it } from 'vitest'
import { UsageError } from 'sluice'
import type { ColumnSchema, TableSchema } from '../../src/schema/table.js'
import { SeenKeys } from '../../src/write/seen-keys.js'

const id: ColumnSchema = { property: 'id', name: 'id', type: 'int4', nullable: false, optional: false }
const table: TableSchema = {
  schema: 'public',
  name: 'rows',
  kind: 'table',
  columns: [id],
  primaryKey: ['id'],
  uniqueKeys: [],
  foreignKeys: [],
}

it('a key of the last 250,000 is known again, however many there were before', () => {
  const seen = new SeenKeys(table, [id], 'bulkUpdate()', true)
  for (let number = 1; number <= 600_000; number++) seen.add([String(number)], number)
  expect(() => seen.add(['350001'], 600_001)).toThrow(UsageError)
  expect(() => seen.add(['600000'], 600_001)).toThrow(UsageError)
  // Others may be forgotten, so that memory stays constant.
  expect(() => seen.add(['1'], 600_001)).not.toThrow()
})
