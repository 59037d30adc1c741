import { FieldError, UsageError } from '../../errors.js'
import { knownNumber } from '../../shape/known.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import type { Subselect } from '../filter/subquery.js'
import { areComparable, baseName } from '../../types/same-type.js'
import {
  computed,
  isComputed,
  isOverGroup,
  isWindow,
  type Computed,
  type OuterReference,
} from './computed.js'
import { refuseTooDeep } from '../too-deep.js'
import { columnNamed, type ExpressionTarget } from './resolve.js'

/** A value of the outer row, before it is known of which table that is. */
export function outerReference(path: string, levels: number): Computed {
  const node: OuterReference = { kind: 'outerRef', levels, path, wanted: undefined }
  return computed({ label: `outerRef('${path}')`, type: 'unknown', nullable: true }, node)
}

export function isOuterReference(
  column: ColumnSchema,
): column is Computed & { readonly node: OuterReference } {
  return isComputed(column) && column.node.kind === 'outerRef'
}

/** A reference that has to be of a type. */
export function wanting(column: Computed & { readonly node: OuterReference }, wanted: TypeSchema): Computed {
  return { ...column, type: wanted, node: { ...column.node, wanted } }
}

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
  return query.reach === 0 ? query : { ...query, state: bindOuter(query.state, target) }
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

function isBindable(value: object, { levels }: Depth): value is Computed & { readonly node: OuterReference } {
  if (!('node' in value && 'property' in value)) return false
  const { node } = value as Computed
  return node.kind === 'outerRef' && node.levels === levels
}

function bound(
  { node, type }: Computed & { readonly node: OuterReference },
  target: ExpressionTarget,
  { scopes }: Depth,
): Computed {
  const column = columnNamed(target, node.path)
  const { wanted } = node
  if (isWindow(column) || (isOverGroup(column) && isComputed(column) && column.node.kind === 'aggregate')) {
    const what = isWindow(column) ? 'a window function' : 'an aggregate'
    throw new UsageError(
      `outerRef('${node.path}') is ${what} of the outer query, which PostgreSQL has in no subquery: compute it there by a ` +
        'subquery of its own.',
    )
  }
  if (wanted !== undefined && !areComparable(wanted, column.type)) {
    throw new FieldError(
      `outerRef('${node.path}') is ${baseName(column.type)}, and is compared with ${baseName(wanted)}: cast one of them.`,
    )
  }
  return computed(
    {
      label: `outerRef('${node.path}')`,
      type: wanted === undefined ? column.type : type,
      nullable: column.nullable,
    },
    { kind: 'outer', levels: scopes, column },
  )
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
