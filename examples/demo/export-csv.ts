import { open } from 'node:fs/promises'
import { stringify, type Options } from 'csv-stringify/sync'
import type { UsersRepository } from '../../generated/index.js'
import { progress } from './progress.js'

/** Lists and objects are written as JSON, NULL as an empty field. */
const format: Options = {
  cast: { boolean: String, date: (date) => date.toISOString(), object: (value) => JSON.stringify(value) },
}

/** Writes all users to a CSV file and returns how many there were. One batch is in memory at a time. */
export async function exportCsv(users: UsersRepository, path: string): Promise<number> {
  await using file = await open(path, 'w')
  const columns = users.schema.columns.map((column) => column.property)
  await file.write(stringify([columns]))

  let written = 0
  using bar = progress(await users.count())
  for await (const batch of users.orderBy('id').aiterator({ batchYieldSize: 1000 })) {
    await file.write(stringify(batch, { ...format, columns }))
    written += batch.length
    bar.advance(batch.length)
  }
  return written
}
