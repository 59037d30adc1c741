/** What holds for the rows of a table unless something else is said: what the application has given, not looked into here. */
export interface TableRules {
  /** Which rows there are, by names: a filter, or a function that gives one for each statement. */
  readonly scopes: ReadonlyMap<string, unknown>
  /** What new rows get that do not say it: values, or functions that give them. */
  readonly defaults: readonly unknown[]
}

/** The same for all tables that have any, by their qualified names. */
export type Rules = ReadonlyMap<string, TableRules>

/** The name of the scope of a table that has one without a name. */
export const SCOPE = ''
