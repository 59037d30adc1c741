import type { SchemaRegistry } from '../../schema/registry.js'
import type { RelationSchema, TableSchema } from '../../schema/table.js'

/** What is said of a row that a key which is never NULL leads to, and that is not there to be read. */
export function missingRow(schemas: SchemaRegistry, table: TableSchema, relation: RelationSchema): string {
  const { name, target, targetColumns } = relation
  const [key = ''] = targetColumns
  const related = schemas.nameOf(schemas.table(target))
  return (
    `The row of ${related} that "${name}" of ${schemas.nameOf(table)} leads to is not there to be read: a policy of ` +
    `row-level security hides it, or its foreign key is not enforced. Leave such rows out with ` +
    `filter({ ${name}: { ${key}: { isNull: false } } }), or leave out the relation.`
  )
}
