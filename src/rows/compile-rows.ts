import type { CellDecoder } from '../types/codec.js'
import { malformedRow, type ColumnDecoder } from './cell.js'
import type { ReadRun } from './interpret-rows.js'
import type { Make, Shape } from './shape.js'

/** Above this many columns V8 would not optimize the function. */
const MOST_COLUMNS = 300
const MOST_CACHED = 500

type Factory = (
  decoders: readonly CellDecoder[],
  makes: readonly Make[],
  malformed: typeof malformedRow,
) => ReadRun

const factories = new Map<string, Factory>()
let isAllowed = true

/**
 * Compiles a function that reads exactly these columns into exactly this shape: each column has a call of its own, which
 * V8 can inline, and each row is one object literal. Undefined where there are too many columns, or where the process
 * forbids code from strings.
 *
 * Names reach the code as JSON strings only.
 */
export function compileRows(columns: readonly ColumnDecoder[], shape: Shape): ReadRun | undefined {
  if (!isAllowed || columns.length > MOST_COLUMNS) return undefined
  const makes: Make[] = []
  const code = codeOf(columns.length, expressionOf(shape, makes))
  const decoders = columns.map(({ decode }) => decode)
  // What V8 learns about one set of decoders is wrong for another, so each has a function of its own.
  const key = `${decoders.map(idOf).join()} ${code}`
  const factory = factories.get(key) ?? compile(key, code)
  return factory?.(decoders, makes, malformedRow)
}

function compile(key: string, code: string): Factory | undefined {
  let factory: Factory
  try {
    // The rule's concern is met above: nothing but numbers and JSON strings goes into the code.
    // What it takes and returns is what codeOf() writes.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    factory = new Function('decoders', 'makes', 'malformed', code) as Factory
  } catch {
    isAllowed = false
    return undefined
  }
  if (factories.size >= MOST_CACHED) factories.delete(factories.keys().next().value ?? '')
  factories.set(key, factory)
  return factory
}

function codeOf(columns: number, row: string): string {
  const indexes = Array.from({ length: columns }, (_, index) => index)
  const int32 = '(bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]'
  // A negative size becomes one that is past every end: looking at the end once per row is enough.
  return `'use strict'
${indexes.map((index) => `const decode${index} = decoders[${index}]`).join('\n')}
return (bytes, rows) => {
  const { length } = bytes
  let at = 0
  let size = 0
  while (at < length) {
    at += 1
    const end = at + (${int32})
    at += 4
    if (((bytes[at] << 8) | bytes[at + 1]) !== ${columns}) throw malformed()
    at += 2
${indexes
  .map(
    (index) => `    size = ${int32}
    at += 4
    let v${index} = null
    if (size !== -1) v${index} = decode${index}(bytes, at, (at += size & 0x7fffffff))`,
  )
  .join('\n')}
    if (at !== end) throw malformed()
    rows.push(${row})
  }
}`
}

function expressionOf(shape: Shape, makes: Make[]): string {
  switch (shape.kind) {
    case 'value':
      return `v${shape.position}`
    case 'object': {
      const entries = shape.entries.map(([name, value]) => {
        // Only a computed __proto__ is a property like any other.
        const property = name === '__proto__' ? '["__proto__"]' : JSON.stringify(name)
        return `${property}: ${expressionOf(value, makes)}`
      })
      return `{ ${entries.join(', ')} }`
    }
    case 'tuple':
      return `[${shape.items.map((item) => expressionOf(item, makes)).join(', ')}]`
    case 'optional': {
      const absent = shape.absent === undefined ? 'null' : `makes[${makes.push(shape.absent) - 1}]()`
      return `v${shape.presence} === null ? ${absent} : (${expressionOf(shape.shape, makes)})`
    }
    case 'made': {
      const index = makes.push(shape.make) - 1
      return `makes[${index}](${shape.positions.map((position) => `v${position}`).join(', ')})`
    }
  }
}

const ids = new WeakMap<CellDecoder, number>()
let lastId = 0

function idOf(decode: CellDecoder): number {
  let id = ids.get(decode)
  if (id === undefined) ids.set(decode, (id = ++lastId))
  return id
}
