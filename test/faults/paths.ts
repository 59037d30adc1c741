import assert from 'node:assert/strict'
import type { IteratorOptions } from '../../src/index.js'
import { failureOf } from '../postgres/support/fault-tables.js'

/** A queryset, whatever its rows are. */
interface Readable extends AsyncIterable<unknown> {
  toArray(): Promise<unknown[]>
  aiterator(options: IteratorOptions): AsyncIterable<unknown>
  iterator(options: IteratorOptions): Iterable<unknown>
}

type Read = (rows: Readable) => Promise<unknown>

/** Every way of reading rows. */
const paths: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['toArray', (rows) => rows.toArray()],
  ['for await', (rows) => all(rows)],
  ['aiterator', (rows) => all(rows.aiterator({}))],
  ['aiterator in batches', (rows) => all(rows.aiterator({ chunkSize: 7, batchYieldSize: 5 }))],
  ['iterator', (rows) => all(rows.iterator({}))],
])

async function all(rows: AsyncIterable<unknown> | Iterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const row of rows) items.push(...(Array.isArray(row) ? (row as unknown[]) : [row]))
  return items
}

/** Reads rows in every way, each time by a new queryset; what it gives has to be the same. */
export async function readByEveryPath(rows: () => Readable): Promise<unknown> {
  const [first, ...others] = await Promise.all([...paths.values()].map((read) => read(rows())))
  for (const other of others) assert.deepEqual(other, first)
  return first
}

/** The errors of reading rows in every way, each of which has to fail with this message. */
export async function failuresByEveryPath(rows: () => Readable, message: RegExp): Promise<Error[]> {
  const failures: Error[] = []
  for (const [path, read] of paths) {
    const error = await failureOf(read(rows()))
    assert.match(error.message, message, path)
    failures.push(error)
  }
  return failures
}
