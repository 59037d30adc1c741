import { OptionError, SluiceError } from '../../src/errors.js'
import { CodegenError } from '../errors.js'
import type { TextOptions } from '../exchange/formats/format.js'
import type { FormatName, NamedFile } from '../exchange/formats/names.js'
import type { DatabaseFlags } from '../exchange/table/database-url.js'

/** The flags that `export` and `import` have both. */
export interface ExchangeFlags extends DatabaseFlags {
  readonly config?: string
  readonly format?: FormatName
  readonly delimiter?: string
  readonly null?: string
  readonly escapeFormulas?: boolean
  readonly bom?: boolean
}

/** The names between commas. @throws {@link CodegenError} for an empty one. */
export function listOf(names: string | undefined, flag: string): string[] | undefined {
  if (names === undefined) return undefined
  const listed = names.split(',').map((name) => name.trim())
  if (listed.includes(''))
    throw new CodegenError(`${flag} takes names with commas between them, none of them empty.`)
  return listed
}

/** @throws {@link CodegenError} for a delimiter that CSV cannot have. */
export function textOptions(flags: ExchangeFlags, { format, isTabbed }: NamedFile): TextOptions {
  const { delimiter, null: nullText, escapeFormulas, bom } = flags
  const given = Object.entries({
    '--delimiter': delimiter,
    '--null': nullText,
    '--escape-formulas': escapeFormulas,
    '--bom': bom,
  })
  const flag = given.find(([, value]) => value !== undefined)?.[0]
  if (flag !== undefined && format !== 'csv')
    throw new CodegenError(`${flag} is for CSV, and the file is ${format}.`)
  const between = delimiter === '\\t' ? '\t' : (delimiter ?? (isTabbed ? '\t' : ','))
  if (between.length !== 1 || /["\r\n]/.test(between)) {
    throw new CodegenError('--delimiter takes one character, such as ; or \\t for a tab.')
  }
  return {
    delimiter: between,
    nullText: nullText ?? '',
    escapesFormulas: escapeFormulas ?? false,
    bom: bom ?? false,
  }
}

export function notify(message: string): void {
  process.stderr.write(`${message}\n`)
}

/** What people are shown of a failure: the words of our own errors, without where in the code they come from. */
export function shownFailure(error: unknown): unknown {
  const isOurs = error instanceof SluiceError || error instanceof OptionError
  return isOurs ? new CodegenError(error.message, { cause: error }) : error
}
