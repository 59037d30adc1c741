import type { ColumnSchema } from '../schema/table.js'

/** A parameter as it goes to the server: encoded when the condition was built, so that later mutation of the operand does not matter. */
export type Operand = string | Buffer

/** What a filter asks, checked and encoded. */
export type Condition = ColumnCondition | Junction | Negation

/** A condition on one column. */
export type ColumnCondition =
  | { readonly kind: 'isNull'; readonly column: ColumnSchema; readonly isNull: boolean }
  | {
      readonly kind: 'compare'
      readonly column: ColumnSchema
      readonly operator: ComparisonOperator
      readonly operand: Operand
    }
  | { readonly kind: 'between'; readonly column: ColumnSchema; readonly from: Operand; readonly to: Operand }
  /** `= ANY`: `values` is one array, or a list where the column itself is an array. */
  | {
      readonly kind: 'in'
      readonly column: ColumnSchema
      readonly values: Operand | readonly Operand[]
      readonly orNull: boolean
    }

export type ComparisonOperator =
  '=' | 'is distinct from' | '>' | '>=' | '<' | '<=' | 'like' | 'ilike' | '~' | '~*'

/** AND or OR of conditions; an empty AND is true, an empty OR false. */
export interface Junction {
  readonly kind: 'and' | 'or'
  readonly conditions: readonly Condition[]
}

/** The exact complement: true where the condition is false or unknown. */
export interface Negation {
  readonly kind: 'not'
  readonly condition: Condition
}
