import picomatch from 'picomatch'
import type { Qualified } from '../../src/schema/qualified-name.js'

/**
 * Whether a name is meant by a pattern: `users` in any schema, `billing.*`, `public.audit_*`. A part in double quotes
 * is taken as it is: `public."a.b"`.
 */
export function matcherOf(pattern: string): (name: Qualified) => boolean {
  const parts = pattern.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []
  // Without a name, as in "." and "", nothing is meant rather than everything.
  const [schema = '', name = ''] = parts.length > 1 ? parts : ['*', parts[0]]
  const isSchema = partMatcher(schema)
  const isName = partMatcher(name)
  return (qualified) => isSchema(qualified.schema) && isName(qualified.name)
}

/** A glob over one name; slashes and leading dots are characters like any other in it. */
export function partMatcher(pattern: string): (name: string) => boolean {
  if (pattern.startsWith('"')) {
    const literal = pattern.slice(1, -1).replaceAll('""', '"')
    return (name) => name === literal
  }
  if (pattern === '') return () => false
  const isMatch = picomatch(withoutSlashes(pattern), { dot: true, nonegate: true, windows: false })
  return (name) => name === pattern || isMatch(withoutSlashes(name))
}

/** A slash would end what a star stands for, as it does in paths. */
function withoutSlashes(text: string): string {
  return text.replaceAll('/', '\u{f8ff}')
}
