import { FieldError, UsageError } from '../../errors.js'
import { knownNumber } from '../../shape/known.js'
import type { Subselect } from '../filter/subquery.js'
import { areComparable, baseName } from '../../types/same-type.js'
import {
  castTo,
  computed,
  isComputed,
  isOverGroup,
  isWindow,
  type Computed,
  type OuterReference,
  type OuterValue,
} from './computed.js'
import { isOuterReference, type OuterColumn } from './outer-reference.js'
import { refuseTooDeep } from '../too-deep.js'
import { columnNamed, type ExpressionTarget } from './resolve.js'

/** How many queries, and how many scopes of SQL, lie between a reference and the row that it is bound to. */
interface Depth {
  readonly levels: number
  readonly scopes: number
}

/**
 * A part of a query that is asked for each row of `target`, with the references to that row looked up.
 *
 * @param scopes how many tables lie between the two.
 */
export function bindOuter<T extends object>(subject: T, target: ExpressionTarget, scopes = 1): T {
  return refuseTooDeep('The query', () => {
    if (reachOf(subject) === 0) return subject
    const copies = new Map<object, unknown>()
    const copyOf = (value: unknown, depth: Depth): unknown => {
      if (!isOpen(value) || (isSubselect(value) && value.reach < depth.levels)) return value
      const before = copies.get(value)
      if (before !== undefined) return before
      const copy = isBindable(value, depth) ? bound(value, target, depth) : partsOf(value, depth, copyOf)
      copies.set(value, copy)
      return copy
    }
    // The same with other values in places of values.
    return copyOf(subject, { levels: 1, scopes }) as T
  })
}

/** The same for a whole query. */
export function bindQuery(query: Subselect, target: ExpressionTarget): Subselect {
  if (query.reach === 0) return query
  const state = bindOuter(query.state, target)
  // What a row has may itself be of a row further out.
  return { ...query, state, reach: Math.max(query.reach, reachOf(state)) }
}

/** How many queries further out the rows are that a query has references to. */
export function reachOf(subject: object): number {
  const met = new Set<object>()
  const reach = (value: unknown): number => {
    if (!isOpen(value) || met.has(value)) return 0
    met.add(value)
    if ('kind' in value && value.kind === 'outerRef') return (value as OuterReference).levels
    if (isSubselect(value)) return value.reach
    return Object.entries(value).reduce((furthest, [name, part]) => {
      const { levels } = deeper(value, name, { levels: 0, scopes: 0 })
      return Math.max(furthest, reach(part) - levels)
    }, 0)
  }
  return reach(subject)
}

function isSubselect(value: object): value is Subselect {
  return 'nodeOf' in value
}

function isBindable(value: object, { levels }: Depth): value is OuterColumn {
  if (!('node' in value && 'property' in value)) return false
  const { node } = value as Computed
  return node.kind === 'outerRef' && node.levels === levels
}

function bound({ node, type }: OuterColumn, target: ExpressionTarget, { levels, scopes }: Depth): Computed {
  const column = columnNamed(target, node.path)
  const { wanted } = node
  if (isWindow(column) || (isOverGroup(column) && isComputed(column) && column.node.kind === 'aggregate')) {
    const what = isWindow(column) ? 'a window function' : 'an aggregate'
    throw new UsageError(
      `outerRef('${node.path}') is ${what} of the outer query, which PostgreSQL has in no subquery: compute it there by a ` +
        'subquery of its own.',
    )
  }
  // One of a row further out says what it is when that is known.
  if (wanted !== undefined && !isOuterReference(column) && !areComparable(wanted, column.type)) {
    throw new FieldError(
      `outerRef('${node.path}') is ${baseName(column.type)}, and is compared with ${baseName(wanted)}: cast one of them.`,
    )
  }
  const label = `outerRef('${node.path}')`
  const isCast = node.isCast === true && wanted !== undefined && baseName(wanted) !== baseName(column.type)
  const outer = computed(
    { label, type: wanted === undefined || isCast ? column.type : type, nullable: column.nullable },
    { kind: 'outer', queries: levels, levels: scopes, column },
  )
  return isCast ? castTo(wanted, label, outer) : outer
}

/** A copy of what is in a value, each part as deep as it is. */
function partsOf(value: object, depth: Depth, copyOf: (value: unknown, depth: Depth) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => copyOf(each, depth))
  const entries = Object.entries(value).map(([name, part]): [string, unknown] => [
    name,
    copyOf(part, deeper(value, name, depth)),
  ])
  return Object.fromEntries(entries)
}

function deeper(whole: object, part: string, { levels, scopes }: Depth): Depth {
  const { kind, path } = whole as { readonly kind?: unknown; readonly path?: readonly unknown[] }
  const isInner =
    (kind === 'related' && part === 'condition') ||
    ((kind === 'subquery' || kind === 'inQuery') && part === 'query')
  if (isInner) return { levels: levels + 1, scopes: scopes + 1 }
  if (kind === 'outer' && part === 'column') {
    const outer = whole as OuterValue
    return { levels: levels - outer.queries, scopes: scopes - outer.levels }
  }
  if (!('function' in whole && Array.isArray(path))) return { levels, scopes }
  // An aggregate: its filter is about rows of its own, all else about those of the query.
  const isOfRelated = part === 'filter' && path.length > 0
  return { levels: isOfRelated ? levels + 1 : levels, scopes: scopes + path.length }
}

/** Whether there may be references in it: not in what stands for itself, nor in values that are sent. */
function isOpen(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || knownNumber(value) !== undefined) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Array.isArray(value)
}
