/** What has a name within a schema: a table, a type. */
export interface Qualified {
  /** Empty where the search_path leads to it. */
  readonly schema: string
  readonly name: string
}

/**
 * A table or type as one text that nothing else has: `public.users`, and of what is within it `public.users.email`. A
 * part with a dot or a quote of its own is quoted as in SQL, `"a.b".c`, so that it is not `a."b.c"`.
 */
export function qualifiedName({ schema, name }: Qualified, ...within: readonly string[]): string {
  return [...(schema === '' ? [] : [schema]), name, ...within]
    .map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part))
    .join('.')
}
