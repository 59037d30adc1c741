import { escapeIdentifier } from 'pg'

/** A table in SQL. */
export function quotedName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`
}
