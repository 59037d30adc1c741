import type { RelationSchema, ThroughSchema } from '../../schema/table.js'
import type { Condition } from '../filter/condition.js'

/** A relation that leads to the rows of a scope: of the related table, of the link table, or of both. */
export interface ScopedRelation extends RelationSchema {
  /** On the related table. */
  readonly scope?: Condition
  readonly through?: ScopedThrough
}

interface ScopedThrough extends ThroughSchema {
  /** On the link table. */
  readonly scope?: Condition
}

/** A relation to rows of these scopes; to one row as well as to none, which may be out of them. */
export function scopedRelation(
  relation: RelationSchema,
  scope: Condition | undefined,
  linkScope: Condition | undefined,
): ScopedRelation {
  const { through } = relation
  if (scope === undefined && linkScope === undefined) return relation
  return {
    ...relation,
    nullable: true,
    ...(scope && { scope }),
    ...(through && { through: linkScope === undefined ? through : { ...through, scope: linkScope } }),
  }
}

/** What rows of the related table have to meet beside belonging to a row. */
export function scopeOf(relation: RelationSchema): Condition | undefined {
  return (relation as ScopedRelation).scope
}

/** The same of rows of the link table. */
export function linkScopeOf({ through }: RelationSchema): Condition | undefined {
  return (through as ScopedThrough | undefined)?.scope
}
