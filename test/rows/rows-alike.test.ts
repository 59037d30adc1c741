import { expect, it } from 'vitest'
import { seeded } from '../types/json-documents.js'
import { textCell, type ColumnDecoder } from '../../src/rows/cell.js'
import { compileRows } from '../../src/rows/compile-rows.js'
import { interpretRows, type ReadRun } from '../../src/rows/interpret-rows.js'
import type { Entry, Shape } from '../../src/rows/shape.js'
import { dataRows, type CellBytes } from './data-rows.js'

const names = [
  'id',
  'name',
  '__proto__',
  'constructor',
  '0',
  '17',
  '-1',
  '',
  '"',
  '\\',
  '${x}',
  '*/',
  '\n',
  '\u2028',
]

/** Makes cells, shapes and rows at random. */
class Maker {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seeded(seed)
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  cells(count: number): ColumnDecoder[] {
    return Array.from({ length: count }, (_, index) => {
      const kind = this.below(8)
      return {
        label: String(index),
        decode: textCell((text) => {
          if (kind === 0 && text.startsWith('D')) throw new Error(`column ${index} cannot read ${text}`)
          return kind === 1 ? null : kind === 2 ? [text] : `${index}${text}`
        }),
      }
    })
  }

  shape(columns: number, depth = 3): Shape {
    const kind = columns === 0 ? 1 : this.below(depth > 0 ? 5 : 1)
    const positions = () => Array.from({ length: this.below(4) }, () => this.below(columns))
    const several = () => Array.from({ length: this.below(5) }, () => this.shape(columns, depth - 1))
    switch (kind) {
      case 1:
        return {
          kind: 'object',
          entries: columns === 0 ? [] : several().map((value): Entry => [this.#name(), value]),
        }
      case 2:
        return { kind: 'tuple', items: several() }
      case 3:
        return { kind: 'optional', presence: this.below(columns), shape: this.shape(columns, depth - 1) }
      case 4:
        return { kind: 'made', positions: positions(), make: (...values) => ({ made: values }) }
      default:
        return { kind: 'value', position: this.below(columns) }
    }
  }

  row(columns: number): CellBytes[] {
    return Array.from({ length: columns }, () => {
      const kind = this.below(5)
      return kind === 0 ? null : kind === 1 ? '' : 'aDü\u0001'.slice(this.below(4)).repeat(this.below(3))
    })
  }

  #name(): string {
    return names[this.below(names.length)] as string
  }
}

/** What a run makes of the bytes: the rows up to an error, spelled out with the order of their properties, and the error. */
function outcome(run: ReadRun, bytes: Buffer): string {
  const rows: unknown[] = []
  let failure = ''
  try {
    run(bytes, rows)
  } catch (error) {
    failure = (error as Error).message
  }
  return spelled(rows) + failure
}

function spelled(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spelled).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value))
  return `{${properties.map(([name, { value: own, ...rest }]) => `${JSON.stringify(name + JSON.stringify(rest))}:${spelled(own)}`).join()}}`
}

it('2,000 shapes are read alike by compiled and by interpreted code', () => {
  const maker = new Maker(1)
  let failures = 0
  for (let round = 0; round < 2000; round++) {
    const columns = maker.below(20) === 0 ? maker.below(300) : maker.below(8)
    const cells = maker.cells(columns)
    const shape = maker.shape(columns)
    const bytes = dataRows(...Array.from({ length: maker.below(6) }, () => maker.row(columns)))
    const expected = outcome(interpretRows(cells, shape), bytes)
    const compiled = compileRows(cells, shape)
    if (compiled === undefined) throw new Error(`${columns} columns were not compiled.`)
    expect(outcome(compiled, bytes)).toBe(expected)
    if (expected.includes('cannot read')) failures++
  }
  expect(failures).toBeGreaterThan(100)
})
