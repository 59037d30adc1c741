import { UsageError } from '../../errors.js'
import { tokensOf } from './tokens.js'

const ROWS = '"sluice_rows"'
const WRITES = new Set(['insert', 'update', 'delete', 'merge'])
const MAIN = new Set([...WRITES, 'select', 'values'])

/**
 * The statement with each of its columns as PostgreSQL prints it, by the output function of its type, which a cast to text
 * is not for all: drivers leave text alone, whatever they make of other types.
 *
 * @throws {@link UsageError} for CALL, whose columns nothing can be put around.
 */
export function asText(sql: string, columns: number): string {
  const [word = ''] = /[a-z]+/i.exec(sql) ?? []
  const first = word.toLowerCase()
  if (first === 'explain') return sql
  if (first === 'call') {
    throw new UsageError(
      "A procedure that puts out values cannot be called on a dialect that is not sluice's: its driver would read them by " +
        'parsers of its own. Call it on connect() or SluiceDialect.',
    )
  }
  const names = Array.from({ length: columns }, (_, index) => `"c${index}"`)
  // IS DISTINCT FROM, since a row of NULLs is NULL, and yet printed.
  const printed = names.map(
    (name) => `case when ${name} is distinct from null then pg_catalog.concat(${name}) end as ${name}`,
  )
  const select = `select ${printed.join(', ')} from`
  const as = `${ROWS}(${names.join(', ')})`
  if (WRITES.has(first)) return `with ${as} as (${sql}) ${select} ${ROWS}`
  if (first !== 'with') return `${select} (${sql}) as ${as}`
  // What writes has to be at the top.
  const at = mainOf(sql)
  return `${sql.slice(0, at)}, ${as} as (${sql.slice(at)}) ${select} ${ROWS}`
}

/** Where the statement begins that a WITH is in front of. */
function mainOf(sql: string): number {
  for (const { text, at, depth } of tokensOf(sql)) if (depth === 0 && MAIN.has(text.toLowerCase())) return at
  throw new UsageError('A statement with WITH has nothing behind it.')
}
