import type { OperationNode } from 'kysely'
import type { ColumnSchema, RelationSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import type { Operand } from '../../shape/operand.js'
import type { Subselect } from './subquery.js'

/** A value as it goes to the server: encoded when the condition was built, so that later mutation of it does not matter. */
export type Encoded = string | Buffer

/** What a column is compared with: a value that is sent, or one that the query computes. */
export type Comparand = Operand<Encoded> | ColumnSchema

/** What a filter asks, checked and encoded. */
export type Condition =
  | ColumnCondition
  /** A free-hand Kysely expression, its values operands and its columns checked. */
  | { readonly kind: 'expression'; readonly node: OperationNode }
  /** At least one related row meets a condition on its own table. */
  | { readonly kind: 'related'; readonly relation: RelationSchema; readonly condition: Condition }
  | Junction
  | Negation

/** A condition on one column, or on what is computed. */
export type ColumnCondition =
  /** Of a value that is true or false. */
  | { readonly kind: 'isTrue'; readonly column: ColumnSchema }
  | { readonly kind: 'isNull'; readonly column: ColumnSchema; readonly isNull: boolean }
  | {
      readonly kind: 'compare'
      readonly column: ColumnSchema
      readonly operator: ComparisonOperator
      readonly operand: Comparand
      /** The operand's type, where the operator alone does not tell it. */
      readonly castTo?: TypeSchema
    }
  /** A comparison of the number of an array's elements. */
  | {
      readonly kind: 'length'
      readonly column: ColumnSchema
      readonly operator: ComparisonOperator
      readonly operand: Comparand
    }
  | {
      readonly kind: 'between'
      readonly column: ColumnSchema
      readonly from: Comparand
      readonly to: Comparand
    }
  /** `= ANY`: `values` is one array, or a list where the column itself is an array. */
  | {
      readonly kind: 'in'
      readonly column: ColumnSchema
      readonly values: Operand<Encoded> | readonly Comparand[]
      readonly orNull: boolean
    }
  /** `IN (SELECT …)`. */
  | {
      readonly kind: 'inQuery'
      readonly column: ColumnSchema
      readonly query: Subselect
      /** Of the query's one column. */
      readonly type: TypeSchema
    }

export type ComparisonOperator =
  | ('=' | 'is distinct from' | '>' | '>=' | '<' | '<=')
  | ('like' | 'ilike' | '~' | '~*')
  /** Of arrays, jsonb and ranges. */
  | ('@>' | '<@' | '&&' | '?' | '?&' | '?|')
  /** Of ranges. */
  | ('<<' | '>>' | '&<' | '&>' | '-|-')

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

/** AND of conditions, which one needs not. */
export function allOf(conditions: readonly Condition[]): Condition {
  const [only] = conditions
  return only !== undefined && conditions.length === 1 ? only : { kind: 'and', conditions }
}

/** What no row meets. */
export const NOTHING: Condition = { kind: 'or', conditions: [] }
