import type { Condition } from './condition.js'

/**
 * What a condition comes to without looking at any row, or undefined when that depends on the row.
 *
 * @param leaf decides so conditions on one column, or on a relation.
 */
export function decideCondition(
  condition: Condition,
  leaf: (condition: Condition) => boolean | undefined = () => undefined,
): boolean | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = condition.conditions.map((part) => decideCondition(part, leaf))
      const deciding = condition.kind === 'or'
      if (parts.includes(deciding)) return deciding
      return parts.includes(undefined) ? undefined : !deciding
    }
    case 'not': {
      const inner = decideCondition(condition.condition, leaf)
      return inner === undefined ? undefined : !inner
    }
    case 'related':
      return decideCondition(condition.condition, leaf) === false ? false : leaf(condition)
    default:
      return leaf(condition)
  }
}

/** Whether one of several conditions that must all hold cannot, so that there is no row and no need for a query. */
export function excludeEverything(conditions: readonly Condition[]): boolean {
  return conditions.some((condition) => decideCondition(condition) === false)
}
