import { expect } from 'vitest'

/** The same rows by every path that reads them. */
export async function byEveryPath<R>(queryset: {
  toArray(): Promise<R[]>
  aiterator(options: { chunkSize: number }): AsyncIterable<R>
  iterator(options: { chunkSize: number }): Iterable<R>
}): Promise<R[]> {
  const rows = await queryset.toArray()
  const streamed: R[] = []
  for await (const row of queryset.aiterator({ chunkSize: 2 })) streamed.push(row)
  expect(streamed).toEqual(rows)
  expect([...queryset.iterator({ chunkSize: 2 })]).toEqual(rows)
  return rows
}
