import type { DatabaseError } from 'pg'
import { isDatabaseError, isRaised } from '../pg/database-error.js'
import { explainFailure, failureMessage } from '../failure/query-failure.js'
import { violationOf } from '../failure/violation.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { SchemaRegistry } from '../schema/registry.js'
import type { TableSchema } from '../schema/table.js'

/** The error that the caller of a write gets: a constraint's refusal as an {@link IntegrityError}. */
export function explainWriteFailure(
  error: unknown,
  table: TableSchema,
  schemas: SchemaRegistry,
  sql: string,
): unknown {
  const code = isDatabaseError(error) ? error.code : undefined
  const Violation = violationOf(code)
  if (!isDatabaseError(error) || code === undefined || Violation === undefined) {
    return explainFailure(error, { table: schemas.nameOf(table), sql, rowsDelivered: 0, action: 'writing' })
  }
  const owner = ownerOf(error, table, schemas)
  const note = nowhere(error, owner.table === table ? table : undefined, sql)
  const message = failureMessage(`Writing ${schemas.nameOf(table)}`, error, note)
  const { constraint, detail } = error
  const columns = columnsOf(error, owner.table)
  const details = { sqlState: code, table: owner.name, sql, detail, constraint, columns }
  return new Violation(message, details, { cause: error })
}

/** The table that the constraint belongs to, which a trigger or a reference can make another one. */
function ownerOf(
  error: DatabaseError,
  written: TableSchema,
  schemas: SchemaRegistry,
): { readonly name: string; readonly table: TableSchema | undefined } {
  const { schema, table } = error
  if (schema === undefined || table === undefined)
    return { name: schemas.nameOf(written), table: table === undefined ? written : undefined }
  // Partitions are not generated, and have the columns of their table. Of others, columns keep their names in SQL.
  const other = written.kind === 'partitioned table' ? written : undefined
  return {
    name: qualifiedName({ schema, name: table }),
    table: schemas.tableAt({ schema, name: table }) ?? other,
  }
}

/**
 * What a foreign key of the written table says that leads to no row. Where a table refers to itself, what is updated or
 * deleted may as well be what is referred to.
 */
function nowhere({ code, constraint }: DatabaseError, table: TableSchema | undefined, sql: string) {
  const key = table?.foreignKeys.find(({ name }) => name === constraint)
  if (code !== '23503' || table === undefined || key === undefined) return undefined
  const target = qualifiedName({ schema: key.references.schema, name: key.references.table })
  if (target === qualifiedName(table) && !sql.startsWith('insert')) return undefined
  return `There is no row of ${target} that ${key.columns.join(', ')} would lead to.`
}

/** Violations of which DETAIL names the columns, before it shows any value. */
const WITH_KEY = new Set(['23503', '23505', '23P01'])

function columnsOf(error: DatabaseError, table: TableSchema | undefined): string[] {
  const { code = '', column, constraint, detail = '' } = error
  const foreignKey = table?.foreignKeys.find(({ name }) => name === constraint)
  if (foreignKey !== undefined && (code === '23503' || code === '23001')) return [...foreignKey.columns]
  const properties = new Map(table?.columns.map(({ name, property }) => [name, property]))
  const names =
    column === undefined ? (WITH_KEY.has(code) && !isRaised(error) ? keyOf(detail) : []) : [column]
  return names.map((name) => properties.get(name) ?? name)
}

const NAME = /"((?:[^"]|"")*)"|[^\s"(),]+/y

/** The names in `Key (email, "order")=(…)`, whatever language the rest is in; of expressions, nothing is told. */
function keyOf(detail: string): string[] {
  const names: string[] = []
  for (let at = detail.indexOf('(') + 1; at > 0; at = NAME.lastIndex + 2) {
    NAME.lastIndex = at
    const [plain, quoted] = NAME.exec(detail) ?? []
    if (plain === undefined) return []
    names.push(quoted?.replaceAll('""', '"') ?? plain)
    if (detail.startsWith(')=(', NAME.lastIndex)) return names
    if (!detail.startsWith(', ', NAME.lastIndex)) return []
  }
  return []
}
