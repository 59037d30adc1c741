import type { QueryCreator } from 'kysely'
import type { Annotation } from '../../query/aggregate/annotation.js'
import type { QueryState } from '../../query/state.js'
import { compileAnnotation } from './annotation.js'
import { rootScope } from '../select/combination.js'
import type { Builder } from '../builder.js'
import { selectFrom } from '../select/select.js'

/** `SELECT count(*), sum(…) FROM … WHERE …`: one row over all rows of a query. */
export function selectAggregates(
  creator: QueryCreator<object>,
  state: QueryState,
  annotations: readonly Annotation[],
): Builder {
  const scope = rootScope(state)
  return selectFrom(creator, state, scope).select(
    annotations.map((annotation) => compileAnnotation(scope, annotation).as(annotation.property)),
  )
}
