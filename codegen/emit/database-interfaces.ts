import type { DatabaseModel, TableModel } from '../model/database-model.js'
import type { Imports } from './imports.js'
import { fileOf } from './specifier.js'
import { interfaceOf, propertyOf, type TypeDeclaration } from './structures.js'

const DATABASE = 'DB'
const OWN_DATABASE = 'OwnDB'

/** The type whose tables have columns named as in SQL, and our values: what querysets' callbacks know. */
export function ownDatabase({ tables }: DatabaseModel): string {
  return tables.some(isApart) ? OWN_DATABASE : DATABASE
}

/** The database for free-hand Kysely, and where that is not the same, for the callbacks of querysets. */
export function databaseInterfaces(model: DatabaseModel, imports: Imports): TypeDeclaration[] {
  const { tables } = model
  const type = ({ names }: TableModel, name: string) => imports.type(name, fileOf(names.file))
  const database = interfaceOf(
    DATABASE,
    'The database for Kysely: `connect<DB>(…)`, `new Kysely<DB>(…)`.',
    tables.flatMap((table) => {
      const key = table.freeHand === undefined ? table.kyselyName : table.freeHand.key
      return key === undefined ? [] : [propertyOf(key, type(table, table.names.columns))]
    }),
  )
  if (ownDatabase(model) === DATABASE) return [database]
  const own = interfaceOf(
    OWN_DATABASE,
    'The database for `toKysely()` and expressions in filters: column names as in SQL.',
    tables.map((table) =>
      propertyOf(table.kyselyName, type(table, table.names.ownColumns ?? table.names.columns)),
    ),
  )
  return [database, own]
}

function isApart({ names }: TableModel): boolean {
  return names.ownColumns !== undefined
}
