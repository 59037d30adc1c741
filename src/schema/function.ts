import type { Qualified } from './qualified-name.js'
import type { TableSchema } from './table.js'
import type { TypeSchema } from './type.js'

/** A stored function or procedure as plain data: the generator writes it, and calls are made by it. */
export interface FunctionSchema extends Qualified {
  /** A procedure is called by CALL, a function by SELECT. */
  readonly kind: 'function' | 'procedure'
  /**
   * What a call gives: any number of rows; one row, or null for it; one row in any case, of the parameters that are put
   * out; one value; or nothing.
   */
  readonly gives: 'rows' | 'row' | 'outputs' | 'value' | 'nothing'
  /** It is VOLATILE, as functions are unless they say otherwise: a call may write. */
  readonly isVolatile: boolean
  /** Its rows are values, each the only column, which has no name in SQL. */
  readonly isScalar: boolean
  /** In their order, without those that are put out by a function. */
  readonly parameters: readonly ParameterSchema[]
  /** What its rows have: the qualified name of a table whose rows they are, or columns of its own. */
  readonly rows: TableSchema | string
}

/** One parameter: `property` is its key among the arguments, `name` its name in SQL, empty where it has none. */
export interface ParameterSchema {
  /** Its key among the arguments. */
  readonly property: string
  /** Its name in SQL; empty where it has none. */
  readonly name: string
  /** Its PostgreSQL type. */
  readonly type: TypeSchema
  /** `out` of a procedure: it is given nothing, and put out. */
  readonly mode: 'in' | 'variadic' | 'out'
  /** It has a default. */
  readonly optional: boolean
}
