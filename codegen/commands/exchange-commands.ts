import { type Command, Option } from 'commander'
import { FORMAT_NAMES } from '../exchange/formats/names.js'
import type { ExportFlags } from './export.js'
import type { ImportFlags } from './import.js'

/** `sluice export` and `sluice import`. */
export function addExchange(program: Command, ended: (exitCode: number) => void): void {
  withDatabase(
    program
      .command('export')
      .description('write rows of a table to a file: CSV, NDJSON, Parquet or XLSX')
      .argument('<table>', 'the repository, the table, or schema.table')
      .requiredOption(
        '-o, --out <file>',
        'where rows go; - for the standard output; .gz at the end compresses',
      )
      .addOption(formatOption())
      .option(
        '--columns <names>',
        'columns with commas between them, author.name of related rows (default: all)',
      )
      .option(
        '--filter <json>',
        'conditions as filter() takes them: \'{"isActive":true}\'; several have to hold all',
        inOrder,
      )
      .option(
        '--order <names>',
        'columns with commas between them, - before one for descending: -createdAt,id',
      )
      .option('--limit <rows>', 'at most so many rows')
      .option('--force', 'replace a file that is there')
      .option('--delimiter <character>', 'between the fields of CSV; \\t for a tab (default: a comma)')
      .option(
        '--null <text>',
        'how NULL stands in CSV, unquoted (default: nothing, and the empty string is "")',
      )
      .option('--escape-formulas', "put ' before text in CSV that spreadsheets take for a formula")
      .option('--bom', 'begin CSV with a byte order mark, by which Excel knows UTF-8'),
  )
    .addHelpText(
      'after',
      `
Rows are read by one query, as they are written: memory stays flat however many there are. The file is written under
another name beside its own, which it gets when it is whole; interrupted, or on a full disk, it leaves nothing.

  sluice export users --filter '{"isActive":true}' --columns id,email --order -createdAt --out users.csv
  sluice export orders --columns id,total,user.email --out orders.ndjson.gz
  sluice export public.users --format csv --out - | head

CSV goes by npm's csv-stringify, Parquet by hyparquet-writer, XLSX by exceljs: install what you use.`,
    )
    .action(async (table: string, flags: ExportFlags) => {
      const { exportTable } = await import('./export.js')
      ended(await exportTable(table, flags))
    })

  withDatabase(
    program
      .command('import')
      .description('write the rows of a file into a table: CSV, NDJSON, Parquet or XLSX')
      .argument('<table>', 'the repository, the table, or schema.table')
      .requiredOption(
        '-i, --in <file>',
        'where rows come from; - for the standard input; .gz at the end is unpacked',
      )
      .addOption(formatOption())
      .option(
        '--map <pairs>',
        "columns of the file by those of the table: 'E-mail=email,Full name=name'; Notes= leaves one out",
        inOrder,
      )
      .addOption(
        new Option('--on-conflict <what>', 'what becomes of a row whose unique key is taken')
          .choices(['error', 'ignore', 'update'])
          .default('error'),
      )
      .option(
        '--unique <names>',
        'the columns of that key, or the name of its index (default: the primary key)',
      )
      .option(
        '--rejects <file>',
        'write refused rows there, .csv or .ndjson, and go on; without it the first ends all',
      )
      .option('--stop-on-error', 'end at the first refused row although there is a file for them')
      .option('--force', 'replace a file of refused rows that is there')
      .option('--delimiter <character>', 'between the fields of CSV; \\t for a tab (default: a comma)')
      .option(
        '--null <text>',
        'how NULL stands in CSV, unquoted (default: nothing, and "" is the empty string)',
      )
      .option('--escape-formulas', "take away the ' that the same flag of export has put before text"),
  )
    .addHelpText(
      'after',
      `
All of it is one transaction. A row that is refused, for a value that its column does not have or by a constraint, ends it
with nothing written, and is told by its line; with --rejects it goes into that file with line and reason, and the others
are written. The exit code is 1 then as well.

  sluice import users --in users.csv
  sluice import users --in users.csv --map 'E-mail=email' --on-conflict update --unique email --rejects refused.csv
  gzip -dc users.ndjson.gz | sluice import users --format ndjson --in -

CSV goes by npm's csv-parse, Parquet by hyparquet, XLSX by exceljs: install what you use.`,
    )
    .action(async (table: string, flags: ImportFlags) => {
      const { importTable } = await import('./import.js')
      ended(await importTable(table, flags))
    })
}

/** Where the table is. */
function withDatabase(command: Command): Command {
  return command
    .option('--url <url>', 'the database (default: that of the configuration, or DATABASE_URL)')
    .option('-d, --database <name>', 'of the databases of the configuration, this one')
    .option('--config <file>', 'as for codegen')
}

function formatOption(): Option {
  return new Option('--format <name>', 'what the file is (default: by its suffix)').choices(FORMAT_NAMES)
}

function inOrder(given: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), given]
}
