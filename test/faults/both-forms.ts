import assert from 'node:assert/strict'
import type { Numbers, NumberRow } from '../postgres/support/fault-tables.js'
import type { IteratorOptions } from '../../src/index.js'

/** Iterates by `aiterator` or by `iterator`. A loop over either may have an asynchronous body. */
export type Iterate = (
  rows: Pick<Numbers, 'aiterator' | 'iterator'>,
  options?: IteratorOptions & { readonly batchYieldSize?: never },
) => AsyncIterable<NumberRow> | Iterable<NumberRow>

/** Tries a fault by both forms, which are to end alike. @returns how. */
export async function inBothForms(run: (iterate: Iterate) => Promise<string>): Promise<string> {
  const outcome = await run((rows, options) => rows.aiterator(options))
  assert.equal(await run((rows, options) => rows.iterator(options)), outcome)
  return `${outcome}; \`iterator\` the same`
}
