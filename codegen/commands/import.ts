import { readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { shown } from '../exchange/bar.js'
import { namedFile } from '../exchange/formats/names.js'
import { importRows, type ImportCounts } from '../exchange/import-rows.js'
import type { ConflictAction } from '../exchange/conflict-target.js'
import { databaseOf } from '../exchange/table/database-url.js'
import { openTable } from '../exchange/table/opened-table.js'
import { listOf, notify, shownFailure, textOptions, type ExchangeFlags } from './exchange-flags.js'
import { untilSignal } from './until-signal.js'

export interface ImportFlags extends ExchangeFlags {
  readonly in: string
  readonly map?: readonly string[]
  readonly onConflict: ConflictAction
  readonly unique?: string
  readonly rejects?: string
  readonly stopOnError?: boolean
  readonly force?: boolean
}

/**
 * `sluice import`: writes the rows of a file into a table.
 *
 * @returns the exit code: 1 when rows were refused.
 * @throws {@link CodegenError} with a message for people; then nothing was written.
 */
export async function importTable(name: string, flags: ImportFlags): Promise<number> {
  const file = namedFile(flags.in, flags.format, '--in')
  const { url, settings } = databaseOf(flags, await readConfig(flags.config))
  using ending = untilSignal()
  try {
    await using table = await openTable({ url, name, settings, applicationName: 'sluice import', notify })
    const counts = await importRows(table, {
      file,
      map: mapOf(flags.map ?? []),
      onConflict: flags.onConflict,
      unique: listOf(flags.unique, '--unique'),
      rejects: flags.rejects,
      stopOnError: flags.stopOnError ?? false,
      force: flags.force ?? false,
      text: textOptions(flags, file),
      notify,
      signal: ending.signal,
    })
    process.stdout.write(`${report(counts, flags.rejects)}\n`)
    return counts.refused > 0 ? 1 : 0
  } catch (error) {
    if (!ending.signal.aborted) throw shownFailure(error)
    process.stderr.write('Interrupted. Nothing was written.\n')
    return ending.exitCode
  }
}

/** `1,204 read: 1,200 inserted, 0 updated, 0 ignored, 4 refused → refused.csv` */
function report({ read, inserted, updated, ignored, refused }: ImportCounts, rejects?: string): string {
  const parts = Object.entries({ inserted, updated, ignored, refused })
  const counts = parts.map(([what, count]) => `${shown(count)} ${what}`).join(', ')
  return `${shown(read)} read: ${counts}${refused > 0 && rejects !== undefined ? ` → ${rejects}` : ''}`
}

/** `'E-mail=email,Name=name'`: by the names in the file. */
function mapOf(given: readonly string[]): Map<string, string> {
  const map = new Map<string, string>()
  for (const pair of given.flatMap((pairs) => pairs.split(','))) {
    const at = pair.lastIndexOf('=')
    if (at < 1) {
      throw new CodegenError(
        `--map takes columns of the file by those of the table, 'E-mail=email,Full name=name', not "${pair}".`,
      )
    }
    const [field, column] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    if (map.has(field)) throw new CodegenError(`--map names the column "${field}" of the file twice.`)
    map.set(field, column)
  }
  return map
}
