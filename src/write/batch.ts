import { CopiedRows } from '../rows/copied-rows.js'
import type { Cell } from '../query/assignment.js'
import type { ColumnSchema } from '../schema/table.js'
import type { ByteWriter } from '../types/byte-writer.js'
import type { RowShape } from './row-shapes.js'

/** Rows of a batch that give the same columns, and so go into one statement. */
export interface Group {
  readonly columns: readonly { readonly column: ColumnSchema; readonly cells: Cell[] }[]
  /** Where in its batch each of the rows stands. */
  readonly positions: number[]
}

/** Rows of a batch that give the same columns, as COPY takes them. */
export interface CopyGroup {
  readonly columns: readonly ColumnSchema[]
  readonly data: CopiedRows
}

export function isCopied(group: Group | CopyGroup): group is CopyGroup {
  return 'data' in group
}

/** Rows on their way into statements. unnest cannot carry DEFAULT: rows are grouped by the columns that they give. */
export class Batch {
  rows = 0
  /** Of the parameters and the data, in characters and bytes. */
  size = 0
  readonly groups: (Group | CopyGroup)[] = []
  readonly #byShape = new Map<string, Group | CopyGroup>()
  readonly #references: readonly ColumnSchema[]

  /** @param references columns that refer to rows of the same table, which must be there before. */
  constructor(references: readonly ColumnSchema[] = []) {
    this.#references = references
  }

  /** Adds a row by its values in the order of its shape's fields. */
  add({ key, fields }: RowShape, cells: readonly Cell[]): void {
    let group = this.#groupOf(key, () => this.#refers(fields, (index) => cells[index] !== null))
    if (group === undefined || isCopied(group)) {
      group = { columns: fields.map(({ column }) => ({ column, cells: [] })), positions: [] }
      this.#begin(key, group)
    }
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index] ?? null
      group.columns[index]?.cells.push(cell)
      this.size += cell?.length ?? 0
    }
    group.positions.push(this.rows++)
  }

  /**
   * Adds a row as COPY takes it. False, and nothing added, where it cannot be: it is then to be added by its values, and
   * so are all rows behind it that give the same columns, in whose order they come to be.
   */
  copy(
    { key, fields, copied }: RowShape,
    row: Readonly<Record<string, unknown>>,
    buffer: () => ByteWriter | undefined,
  ): boolean {
    if (copied === undefined) return false
    const group = this.#groupOf(key, () =>
      this.#refers(fields, (index) => row[fields[index]?.property ?? ''] !== null),
    )
    if (group !== undefined && !isCopied(group)) return false
    const data = group?.data ?? new CopiedRows(buffer())
    const before = group === undefined ? 0 : data.size
    // What is thrown for a value is thrown when the row is added by its values, with words for where that is.
    if (!data.add(copied, row)) return false
    if (group === undefined) this.#begin(key, { columns: fields.map(({ column }) => column), data })
    this.size += data.size - before
    this.rows++
    return true
  }

  /** The group that a row goes into, if there is one. */
  #groupOf(key: string, refers: () => boolean): Group | CopyGroup | undefined {
    const group = this.#byShape.get(key)
    // What a row refers to may be in any group so far: it cannot go ahead of them.
    return group === this.groups.at(-1) || !refers() ? group : undefined
  }

  #begin(key: string, group: Group | CopyGroup): void {
    this.#byShape.set(key, group)
    this.groups.push(group)
  }

  #refers(fields: RowShape['fields'], isGiven: (index: number) => boolean): boolean {
    if (this.#references.length === 0) return false
    return fields.some(({ column }, index) => isGiven(index) && this.#references.includes(column))
  }
}
