import { CodegenError } from '../errors.js'
import { JsonText, Moment, type Given } from './cells/given.js'
import { notWritten } from './files/not-written.js'
import { PartialFile } from './files/partial-file.js'
import type { FileRow } from './formats/format.js'
import { namedFile } from './formats/names.js'
import { peer } from './formats/peer.js'

type LineOf = (row: FileRow, reason: string) => string

/** The rows that were refused, each with its place and the reason. There is no file where there was none. */
export class Rejects {
  readonly #path: string
  readonly #file: PartialFile
  readonly #lineOf: LineOf
  /** How many rows. */
  count = 0
  /** Those of the batch in hand, which are found in another order than they stand in. */
  #batch: { readonly row: FileRow; readonly reason: string }[] = []

  private constructor(path: string, file: PartialFile, lineOf: LineOf) {
    this.#path = path
    this.#file = file
    this.#lineOf = lineOf
  }

  /**
   * @param fields - the columns of the file that is imported; undefined where each row has its own.
   * @throws {@link CodegenError} for a file that cannot be written, or is there already.
   */
  static async open(
    path: string,
    place: 'line' | 'row',
    fields: readonly string[] | undefined,
    options: { readonly force: boolean },
  ): Promise<Rejects> {
    const { format, isGzip } = namedFile(path, undefined, '--rejects')
    if (path === '-' || isGzip || (format !== 'csv' && format !== 'ndjson'))
      throw new CodegenError(`Refused rows are written to a .csv or .ndjson file, not to ${path}.`)
    const lineOf = format === 'csv' ? await csvLines(fields) : jsonLines(place)
    const rejects = new Rejects(path, await PartialFile.open(path, options), lineOf)
    if (format === 'csv') await rejects.#write(await csvHeader(place, fields))
    return rejects
  }

  add(row: FileRow, reason: string): void {
    this.count++
    this.#batch.push({ row, reason })
  }

  /** Writes what was added. */
  async flush(): Promise<void> {
    const batch = this.#batch.sort((one, other) => one.row.place - other.row.place)
    this.#batch = []
    if (batch.length > 0)
      await this.#write(batch.map(({ row, reason }) => this.#lineOf(row, reason)).join(''))
  }

  /** Has all of it on the disk. */
  async finish(): Promise<void> {
    await this.flush()
    try {
      await this.#file.handle.sync()
      await this.#file.handle.close()
    } catch (error) {
      throw notWritten(this.#path, error)
    }
  }

  /** Gives the file its name, if there is anything in it. */
  async publish(): Promise<void> {
    if (this.count > 0) await this.#file.publish()
    else await this.#file.discard()
  }

  /** Leaves nothing. */
  discard(): Promise<void> {
    return this.#file.discard()
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#file.handle.writeFile(text)
    } catch (error) {
      throw notWritten(this.#path, error)
    }
  }
}

function jsonLines(place: 'line' | 'row'): LineOf {
  return (row, reason) =>
    `{"${place}":${row.place},"reason":${JSON.stringify(reason)},"row":${jsonOf(row)}}\n`
}

function stringifier() {
  return peer('csv-stringify', 'CSV', () => import('csv-stringify/sync'))
}

async function csvHeader(place: 'line' | 'row', fields: readonly string[] = ['row']): Promise<string> {
  const { stringify } = await stringifier()
  return stringify([[place, 'reason', ...fields]])
}

async function csvLines(fields: readonly string[] | undefined): Promise<LineOf> {
  const { stringify } = await stringifier()
  return (row, reason) => {
    const cells =
      fields === undefined ? [jsonOf(row)] : fields.map((field) => textOf(row.values.get(field) ?? null))
    return stringify([[String(row.place), reason, ...cells]], { cast: { string: quotedEmpty } })
  }
}

function quotedEmpty(text: string) {
  return text === '' ? { value: text, quoted_empty: true } : text
}

function jsonOf({ values }: FileRow): string {
  const members = [...values].map(([name, given]) => {
    const isPlain = given === null || ['number', 'boolean'].includes(typeof given)
    const value = given instanceof JsonText ? given.text : JSON.stringify(isPlain ? given : textOf(given))
    return `${JSON.stringify(name)}:${value}`
  })
  return `{${members.join(',')}}`
}

function textOf(given: Given): string | null {
  if (given === null || typeof given === 'string') return given
  if (given instanceof JsonText || given instanceof Moment) return given.text
  if (given instanceof Uint8Array) return `\\x${Buffer.from(given).toString('hex')}`
  return typeof given === 'object' ? JSON.stringify(given) : String(given)
}
