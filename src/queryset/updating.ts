import type { Model } from '../query/model.js'
import { deleteAll, updateAll, type UpdateValues } from '../write/update.js'
import { fromCallSite } from './call-site.js'
import { Reading } from './reading.js'

/**
 * What changes the rows that a queryset stands for.
 *
 * @typeParam M the table's generated types.
 * @typeParam R what one row of the result is.
 */
export abstract class Updating<M extends Model, R> extends Reading<M, R> {
  /**
   * Sets fields of all rows of the queryset and returns how many there were: `UPDATE … SET … WHERE …`. A function gives
   * an expression over the row as it was, with columns named as in SQL.
   *
   * ```ts
   * await products.filter({ status: 'active' }).update({ price: (eb) => eb('price', '*', '1.1') })
   * ```
   *
   * @throws {@link UsageError} without a filter unless `all()` was called, on a slice, after `distinct` or `values`;
   * {@link FieldError} for an unknown field, one that the server alone fills, or `undefined`; {@link EncodeError} for
   * a value that the column cannot hold; {@link IntegrityError} when a constraint refuses.
   */
  update(values: UpdateValues<M>): Promise<number> {
    return fromCallSite(() => updateAll(this.source, this.state, values))
  }

  /**
   * Deletes all rows of the queryset and returns how many there were: `DELETE FROM … WHERE …`. Rows that go with them by
   * ON DELETE CASCADE are not counted.
   *
   * @throws {@link UsageError} without a filter unless `all()` was called, on a slice, after `distinct` or `values`;
   * {@link ForeignKeyViolation} when a row is still referred to.
   */
  delete(..._: [M['update']] extends [never] ? [viewsHaveNoDelete: never] : []): Promise<number> {
    return fromCallSite(() => deleteAll(this.source, this.state))
  }
}
