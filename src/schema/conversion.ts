/** What a type can be read as, in place of its default, and the type that it is on the server. */
const CONVERSIONS: ReadonlyMap<string, string> = new Map([
  ['int8 as number', 'int8'],
  ['int8 as string', 'int8'],
  ['numeric as number', 'numeric'],
  ['timestamptz as string', 'timestamptz'],
  ['timestamp as Date', 'timestamp'],
  ['date as Date', 'date'],
])

/** The name of a base type on the server: `int8` for `int8 as number`; any other name is itself. */
export function serverName(name: string): string {
  return CONVERSIONS.get(name) ?? name
}

/** Whether the name of a base type says what its values are read as. */
export function isConversion(name: string): boolean {
  return CONVERSIONS.has(name)
}
