/** `host=one,two port=5432 dbname=shop`, as libpq reads it. */
const KEYWORD = /^\s*[a-z_]+\s*=/i

/** A word and its value, which may be in quotes; a backslash has the next sign stand for itself. */
const PAIR = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\[^])*)'|((?:[^\s'\\]|\\[^])*))(?=\s|$)/iy

/**
 * A connection string in words as the URL that says the same, and what is none as it is.
 *
 * @returns undefined for words that libpq could not read either.
 */
export function asUrl(connectionString: string): string | undefined {
  if (!KEYWORD.test(connectionString)) return connectionString
  const parameters = new Map<string, string>()
  const text = connectionString.trimEnd()
  for (PAIR.lastIndex = 0; PAIR.lastIndex < text.length;) {
    const [, name = '', quoted, bare = ''] = PAIR.exec(text) ?? []
    if (name === '') return undefined
    parameters.set(name, (quoted ?? bare).replace(/\\([^])/g, '$1'))
  }
  const pairs = [...parameters].map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `postgres:///${encodeURIComponent(parameters.get('dbname') ?? '')}?${pairs.join('&')}`
}
