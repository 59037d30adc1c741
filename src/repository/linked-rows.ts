import type { CallOptions } from '../kysely/abortable.js'
import type { Binding } from '../kysely/handle.js'
import type { Model } from '../query/model.js'
import type { Link } from '../query/related/linked.js'
import { fromCallSite } from '../queryset/calls/call-site.js'
import type { KeyField, KeyOf, SoleKey } from '../queryset/types/field-types.js'
import type { Target } from '../queryset/types/relation-types.js'
import { addLinks, removeLinks, setLinks, type LinkOptions, type LinksSet } from '../write/link.js'

/** A row, or what has its key, or the key itself where that is one field. */
export type KeyOrRow<M extends Model> =
  | Pick<M['row'], M['key'] & keyof M['row']>
  | ([SoleKey<M>] extends [never] ? never : KeyOf<M, SoleKey<M> & KeyField<M>>)

/** The names of a table's relations to many rows. */
export type ToManyName<M extends Model> = {
  [Name in keyof NonNullable<M['relations']> & string]: NonNullable<M['relations']>[Name] extends {
    readonly kind: 'many'
  }
    ? Name
    : never
}[keyof NonNullable<M['relations']> & string]

/** What can be done to the rows of a relation: no more than `add` where they cannot be without the one they belong to. */
export type LinkedRowsOf<M extends Model, Name extends ToManyName<M>> = NonNullable<
  M['relations']
>[Name] extends { readonly fixed?: true }
  ? true extends NonNullable<NonNullable<M['relations']>[Name]['fixed']>
    ? Pick<LinkedRows<Target<M, Name>>, 'add'>
    : LinkedRows<Target<M, Name>>
  : LinkedRows<Target<M, Name>>

/**
 * The rows that a relation leads to from one row, to be written: each method is one statement. What links them is a row of a
 * link table, or the foreign key in the related rows themselves.
 *
 * @typeParam M the related table's types.
 */
export class LinkedRows<M extends Model> {
  readonly #binding: Binding
  readonly #link: Link

  constructor(binding: Binding, link: Link) {
    this.#binding = binding
    this.#link = link
  }

  /**
   * Links rows: `INSERT INTO post_tags … ON CONFLICT DO NOTHING`, or `UPDATE comments SET post_id = …`. Returns how many were
   * not linked yet.
   *
   * @throws {@link ForeignKeyViolation} for a row that does not exist; {@link UsageError} where the link table has a column
   * that has to be given; {@link FieldError} for what is no row or key.
   */
  add(rows: KeyOrRow<M> | readonly KeyOrRow<M>[], options: LinkOptions = {}): Promise<number> {
    return fromCallSite(() => addLinks(this.#binding, this.#link, rows, options))
  }

  /**
   * Links these rows and no others, by one statement that deletes and inserts what differs. Links that stay keep their other
   * values; new ones get `values`.
   *
   * @throws as {@link add}; {@link UsageError} where a foreign key may not be NULL.
   */
  set(rows: KeyOrRow<M> | readonly KeyOrRow<M>[], options: LinkOptions = {}): Promise<LinksSet> {
    return fromCallSite(() => setLinks(this.#binding, this.#link, rows, options))
  }

  /**
   * Unlinks rows: `DELETE FROM post_tags …`, or `UPDATE comments SET post_id = NULL …`; the rows themselves stay. Returns how
   * many were linked.
   *
   * @throws {@link UsageError} where a foreign key may not be NULL.
   */
  remove(rows: KeyOrRow<M> | readonly KeyOrRow<M>[], options: CallOptions = {}): Promise<number> {
    return fromCallSite(() => removeLinks(this.#binding, this.#link, 'remove', rows, options))
  }

  /** Unlinks all of them. Else as {@link remove}. */
  clear(options: CallOptions = {}): Promise<number> {
    return fromCallSite(() => removeLinks(this.#binding, this.#link, 'clear', undefined, options))
  }
}
