import type { Kysely } from 'kysely'
import type { OnRows, ReadJob, Table } from './job.js'

type Read = (
  rows: Table,
  job: ReadJob,
  onRows: OnRows,
  db: Kysely<Record<string, object>>,
) => Promise<unknown>

/** The ways to read a queryset, by name. */
export const forms: Readonly<Record<string, Read>> = {
  rows: async (rows, { chunkSize }, onRows) => {
    for await (const _row of rows.aiterator({ chunkSize })) void onRows(1)
  },
  batches: async (rows, { chunkSize, batchSize }, onRows) => {
    for await (const batch of rows.aiterator({ chunkSize, batchYieldSize: batchSize })) {
      await onRows((batch as unknown[]).length)
    }
  },
  defaults: async (rows, _job, onRows) => {
    for await (const _row of rows.aiterator()) void onRows(1)
  },
  defaultBatches: async (rows, { batchSize }, onRows) => {
    for await (const batch of rows.aiterator({ batchYieldSize: batchSize })) {
      await onRows((batch as unknown[]).length)
    }
  },
  prefetch: async (rows, { chunkSize }, onRows) => {
    for await (const _row of rows.prefetchRelated('children').aiterator({ chunkSize })) void onRows(1)
  },
  families: async (rows, { chunkSize }, onRows) => {
    const options = chunkSize > 0 ? { chunkSize } : {}
    // The property of the relation is the generator's.
    const families = rows.prefetchRelated('members').aiterator(options) as AsyncIterable<{
      members: unknown[]
    }>
    for await (const { members } of families) void onRows(1 + members.length)
  },
  array: async (rows, _job, onRows) => onRows((await rows.toArray()).length),
  kysely: async (_rows, { table, limit, chunkSize }, onRows, db) => {
    const all = db.selectFrom(table).selectAll()
    const query = limit === undefined ? all : all.limit(limit)
    for await (const _row of query.stream(chunkSize)) void onRows(1)
  },
  syncRows: (rows, { chunkSize }, onRows) => {
    for (const _row of rows.iterator({ chunkSize })) void onRows(1)
    return Promise.resolve()
  },
  syncDefaults: (rows, _job, onRows) => {
    for (const _row of rows.iterator()) void onRows(1)
    return Promise.resolve()
  },
  syncDefaultBatches: (rows, { batchSize }, onRows) => {
    for (const batch of rows.iterator({ batchYieldSize: batchSize })) void onRows((batch as unknown[]).length)
    return Promise.resolve()
  },
  syncBatches: (rows, { chunkSize, batchSize }, onRows) => {
    for (const batch of rows.iterator({ chunkSize, batchYieldSize: batchSize })) {
      void onRows((batch as unknown[]).length)
    }
    return Promise.resolve()
  },
}
