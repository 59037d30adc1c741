import { messageOf } from '../errors.js'
import { CodegenError } from '../errors.js'
import { barOf } from './bar.js'
import { exportColumns, pathOf } from './export-columns.js'
import { targetOf } from './files/target.js'
import type { TextOptions, Values } from './formats/format.js'
import { FORMATS } from './formats/formats.js'
import type { NamedFile } from './formats/names.js'
import type { OpenedTable } from './table/opened-table.js'

/** Rows that are read and written at a time. */
const BATCH = 1_000

export interface ExportOptions {
  readonly file: NamedFile
  /** Paths of fields. Default: every column of the table. */
  readonly columns: readonly string[] | undefined
  /** Conditions in JSON, of which all have to hold. */
  readonly filters: readonly string[]
  /** Paths of fields, with a minus for descending. */
  readonly order: readonly string[]
  readonly limit: number | undefined
  /** Whether a file that is there is replaced. */
  readonly force: boolean
  readonly text: TextOptions
  readonly signal: AbortSignal
}

/** Any queryset: the fields are known at run time alone. */
interface Rows {
  filter(condition: object): Rows
  orderBy(...order: string[]): Rows
  slice(start: number, end: number): Rows
  valuesList(...fields: string[]): Rows
  explain(options: { format: 'json'; signal: AbortSignal }): Promise<unknown>
  aiterator(options: { batchYieldSize: number; signal: AbortSignal }): AsyncIterable<Values[]>
}

/**
 * Writes the rows of a table to a file, as they come by one query.
 *
 * @returns how many.
 * @throws {@link CodegenError} for what is not there, and for what cannot be written.
 */
export async function exportRows(
  { repository, table, model }: OpenedTable,
  options: ExportOptions,
): Promise<number> {
  const { file, filters, order, limit, force, text, signal } = options
  const columns = exportColumns(options.columns, table, model)
  let rows = repository.all() as unknown as Rows
  for (const filter of filters) rows = rows.filter(conditionOf(filter))
  const ordered = order.map((name) =>
    name.startsWith('-') ? `-${pathOf(name.slice(1), table, model)}` : pathOf(name, table, model),
  )
  if (ordered.length > 0) rows = rows.orderBy(...ordered)
  if (limit !== undefined) rows = rows.slice(0, limit)
  const listed = rows.valuesList(...columns.map(({ name }) => name))
  const write = await targetOf(file, { force })

  const estimate = process.stderr.isTTY ? await estimateOf(listed, signal) : undefined
  using bar = barOf(estimate, `about ${estimate?.toLocaleString('en') ?? ''}`)
  let count = 0
  async function* batches(): AsyncIterable<readonly Values[]> {
    for await (const batch of listed.aiterator({ batchYieldSize: BATCH, signal })) {
      yield batch
      count += batch.length
      bar.update(count, count)
    }
  }
  const parts = FORMATS[file.format].write(columns, batches(), { ...text, title: table.schema.name })
  await write(parts, signal)
  return count
}

function conditionOf(json: string): object {
  let condition: unknown
  try {
    condition = JSON.parse(json)
  } catch (error) {
    throw new CodegenError(`--filter takes JSON, such as '{"isActive":true}': ${messageOf(error)}`)
  }
  if (typeof condition === 'object' && condition !== null && !Array.isArray(condition)) return condition
  throw new CodegenError(`--filter takes an object in JSON, such as '{"isActive":true}'.`)
}

/** How many rows the planner expects. */
async function estimateOf(rows: Rows, signal: AbortSignal): Promise<number | undefined> {
  const [plan] = (await rows.explain({ format: 'json', signal })) as [{ Plan?: { 'Plan Rows'?: number } }?]
  return plan?.Plan?.['Plan Rows']
}
