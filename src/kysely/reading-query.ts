import { SelectQueryNode, type CompiledQuery } from 'kysely'

/** A SELECT that locks no rows and has no part that writes. */
export function isReading(query: CompiledQuery['query']): boolean {
  return (
    SelectQueryNode.is(query) &&
    (query.endModifiers ?? []).length === 0 &&
    (query.with?.expressions ?? []).every(({ expression }) => SelectQueryNode.is(expression))
  )
}
