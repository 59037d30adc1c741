import { hasExactKey, OWNER_NUMBER, ownerColumns } from '../query/related/prefetch-key.js'
import type { Prefetch } from '../query/state.js'
import { keyedReader } from '../rows/keyed-reader.js'
import type { TableSchema } from '../schema/table.js'
import type { Operand } from '../shape/operand.js'
import { compile } from '../sql/compile.js'
import { selectPrefetched } from '../sql/select/prefetch.js'

/** What is prefetched for rows of a table, and the keys that it is found by. */
export interface PrefetchOfRows {
  readonly prefetch: Prefetch
  readonly owner: TableSchema
  readonly keys: readonly Operand[]
}

/** The SELECT of the related rows of many owners, and how they are read. */
export function prefetchPlan({ prefetch, owner, keys }: PrefetchOfRows) {
  const isExact = hasExactKey(prefetch, owner)
  return {
    query: compile((creator) => selectPrefetched(creator, prefetch, owner, keys)),
    reader: keyedReader(prefetch.state, isExact ? ownerColumns(prefetch) : [OWNER_NUMBER]),
    isExact,
  }
}
