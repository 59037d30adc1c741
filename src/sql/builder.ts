import type { SelectQueryBuilder } from 'kysely'

/** A builder whose types are not known here: the queryset's own types stand for them. */
export type Builder = SelectQueryBuilder<Record<string, object>, string, object>
