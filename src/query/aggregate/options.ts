/** Options of an aggregate over the rows of `M`, which are those that its path leads to. */
export interface AggregateOptions<Filter = object> {
  /** Only rows that meet this. */
  readonly filter?: Filter
  /** Each value once. Default: false. */
  readonly distinct?: boolean
}

/** Options of an aggregate that keeps its values in order. */
export interface OrderedAggregateOptions<Filter = object, Key = unknown> extends AggregateOptions<Filter> {
  /** Fields of the rows, descending with a minus before it; with `distinct` only the field itself. */
  readonly orderBy?: Key | readonly Key[]
}
