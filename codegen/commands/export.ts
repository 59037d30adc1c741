import { readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { shown } from '../exchange/bar.js'
import { exportRows } from '../exchange/export-rows.js'
import { ReaderGone } from '../exchange/files/not-written.js'
import { namedFile } from '../exchange/formats/names.js'
import { databaseOf } from '../exchange/table/database-url.js'
import { openTable } from '../exchange/table/opened-table.js'
import { listOf, notify, shownFailure, textOptions, type ExchangeFlags } from './exchange-flags.js'
import { untilSignal } from './until-signal.js'

export interface ExportFlags extends ExchangeFlags {
  readonly out: string
  readonly columns?: string
  readonly filter?: readonly string[]
  readonly order?: string
  readonly limit?: string
  readonly force?: boolean
  readonly bom?: boolean
}

/** What a shell takes a process to end with whose reader has gone. */
const BROKEN_PIPE = 141

/**
 * `sluice export`: writes rows of a table to a file.
 *
 * @returns the exit code.
 * @throws {@link CodegenError} with a message for people; the file is then as before.
 */
export async function exportTable(name: string, flags: ExportFlags): Promise<number> {
  const file = namedFile(flags.out, flags.format, '--out')
  const { url, settings } = databaseOf(flags, await readConfig(flags.config))
  using ending = untilSignal()
  try {
    await using table = await openTable({ url, name, settings, applicationName: 'sluice export', notify })
    const count = await exportRows(table, {
      file,
      columns: listOf(flags.columns, '--columns'),
      filters: flags.filter ?? [],
      order: listOf(flags.order, '--order') ?? [],
      limit: limitOf(flags.limit),
      force: flags.force ?? false,
      text: textOptions(flags, file),
      signal: ending.signal,
    })
    if (file.path !== '-')
      process.stdout.write(`${shown(count)} ${count === 1 ? 'row' : 'rows'} → ${file.path}\n`)
    return 0
  } catch (error) {
    if (error instanceof ReaderGone) return BROKEN_PIPE
    if (!ending.signal.aborted) throw shownFailure(error)
    process.stderr.write('Interrupted. No file was written.\n')
    return ending.exitCode
  }
}

function limitOf(limit: string | undefined): number | undefined {
  if (limit === undefined) return undefined
  if (/^\d{1,15}$/.test(limit)) return Number(limit)
  throw new CodegenError(`--limit takes a number of rows, not "${limit}".`)
}
