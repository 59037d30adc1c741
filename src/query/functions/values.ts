import { FieldError } from '../../errors.js'
import { castTo } from '../expression/computed.js'
import type { Argument, Fixed, Literal, Named, OfOuterRow, Strict } from '../expression/expression-types.js'
import { outerReference } from '../expression/outer-reference.js'
import { QueryExpression } from '../expression/query-expression.js'
import { excludedColumn } from '../expression/excluded.js'
import { columnNamed, literal, resolveArgument } from '../expression/resolve.js'
import { describe } from '../../types/describe.js'
import { typeByName, type SqlTypeName, type SqlTypeValue } from './sql-types.js'

/**
 * The value of a field: `ref('spent')`, and `ref('project.budget')` across relations to one row, which are joined by LEFT
 * JOIN. Django's `F`.
 *
 * @throws {@link FieldError} where it is used, for a path that leads nowhere or to many rows.
 */
export function ref<const Path extends string>(path: Path): QueryExpression<Named<Path>> {
  return new QueryExpression([path], (target) => columnNamed(target, path))
}

/**
 * The value that a row would have had that was to be inserted, and met another: `excluded."price"`. It has a place where
 * `bulkCreate` with `updateConflicts`, or `merge`, says what becomes of the other, whose own value is `ref('price')`.
 *
 * ```ts
 * await products.bulkCreate(rows, {
 *   updateConflicts: true,
 *   uniqueFields: ['sku'],
 *   updateValues: { stock: ref('stock').plus(excluded('stock')) },
 *   updateWhere: { price: { ne: excluded('price') } },
 * })
 * ```
 *
 * @throws where it is used: {@link FieldError} for an unknown field; {@link UsageError} anywhere else.
 */
export function excluded<const Field extends string>(field: Field): QueryExpression<Named<Field>> {
  return new QueryExpression([field], (target) => excludedColumn(target, field))
}

/** A value that stands for itself where a string would name a field. */
class Value<T> extends QueryExpression<T> {
  readonly isBareValue: boolean

  constructor(given: unknown, type?: string) {
    const named = type === undefined ? undefined : typeByName(type, 'value()')
    super([], (_, wanted) => literal(given, named ?? wanted, named !== undefined))
    this.isBareValue = type === undefined
  }
}

/**
 * A value, sent as a parameter: `value('Ada')`, and with a type `value('1 day', 'interval')`, `value([1, 2], 'int4[]')`.
 * Without one it has the type of what it stands beside, else text, int4, int8, float8, bool, timestamptz or bytea.
 * Django's `Value`.
 *
 * @throws {@link FieldError} for an unknown type; {@link EncodeError} for a value that the type cannot hold.
 */
export function value<const T extends string | Literal>(given: T): QueryExpression<Fixed<Given<T>>>
export function value<const Name extends SqlTypeName>(
  given: unknown,
  type: Name,
): QueryExpression<Fixed<SqlTypeValue<Name>>>
export function value(given: unknown, type?: string): QueryExpression {
  return new Value(given, type)
}

/** `'a'` is a string, and `true` a boolean. */
type Given<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends bigint
      ? bigint
      : T extends boolean
        ? boolean
        : T

/**
 * A value as another type: `cast('price', 'int4')`, `CAST(price AS int4)`. Django's `Cast`. As in SQL what becomes of moments
 * and text depends on the session's TimeZone and DateStyle: `truncDate`, `truncTime` and `extract` do not.
 */
export function cast<const A extends Argument, const Name extends SqlTypeName>(
  argument: A,
  type: Name,
): QueryExpression<Strict<SqlTypeValue<Name>, [A]>> {
  const named = typeByName(type, 'cast()')
  return new QueryExpression([argument], (target) => {
    const of = resolveArgument(target, argument)
    return castTo(named, `cast(${of.property} as ${type})`, of)
  })
}

/**
 * A field of the row that a subquery is asked for, or of the one whose related rows a filter is about. In a subquery of a
 * subquery `outerRef(outerRef('id'))` is a field of the row further out. Django's `OuterRef`.
 *
 * ```ts
 * users.filter(exists(posts.filter({ authorId: outerRef('id') })))
 * users.filter({ postsByAuthor: { some: { title: outerRef('name') } } })
 * ```
 *
 * @throws {@link UsageError} when a query that has it runs by itself.
 */
export function outerRef<const Path extends string>(
  path: Path | QueryExpression<OfOuterRow<Path>>,
): QueryExpression<OfOuterRow<Path>> {
  if (path instanceof OuterRef) return new OuterRef(path.path, path.levels + 1)
  if (typeof path === 'string') return new OuterRef(path, 1)
  throw new FieldError(`outerRef() takes the path of a field, not ${describe(path)}.`)
}

class OuterRef<Path extends string> extends QueryExpression<OfOuterRow<Path>> {
  readonly path: Path
  readonly levels: number

  constructor(path: Path, levels: number) {
    super([], () => outerReference(path, levels))
    this.path = path
    this.levels = levels
  }
}
