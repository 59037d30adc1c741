/**
 * Names of SQL as one text that nothing else has: `public.users`. A part with a dot or a quote of its own is quoted as
 * in SQL, `"a.b".c`, so that it is not `a."b.c"`.
 */
export function qualifiedName(...parts: readonly string[]): string {
  return parts.map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join('.')
}
