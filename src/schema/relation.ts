/** A relation between two tables, made from a foreign key: plain data, by which joins and prefetches are written. */
export interface RelationSchema {
  /** Its property in rows and filters. */
  readonly name: string
  /** Whether it leads to at most one row or to any number. */
  readonly kind: 'one' | 'many'
  /** For `one`: whether there may be no row. */
  readonly nullable: boolean
  /** The related table's qualified name. */
  readonly target: string
  /** Properties of this table, pairwise equal to `targetColumns`; of the link table's `columns` with `through`. */
  readonly columns: readonly string[]
  /** Properties of the related table. */
  readonly targetColumns: readonly string[]
  /** The link table of a many-to-many relation. */
  readonly through?: ThroughSchema
}

/** A pure link table: `columns` equal this table's columns, `targetColumns` the related table's. */
export interface ThroughSchema {
  /** Its qualified name. */
  readonly table: string
  /** Properties of the link table. */
  readonly columns: readonly string[]
  readonly targetColumns: readonly string[]
}
