/** What divides the files of one migration tool. */
interface Marks {
  readonly up: RegExp
  readonly down: RegExp
}

const MARKS: readonly Marks[] = [
  // dbmate
  { up: /^--[ \t]*migrate:up\b/i, down: /^--[ \t]*migrate:down\b/i },
  // node-pg-migrate
  { up: /^[ \t]*--[ \t-]*up[ \t]+migration\b/i, down: /^[ \t]*--[ \t-]*down[ \t]+migration\b/i },
  // goose, and sql-migrate
  { up: /^--[ \t]*\+(?:goose|migrate)[ \t]+up\b/i, down: /^--[ \t]*\+(?:goose|migrate)[ \t]+down\b/i },
]

/** Between statements: of Drizzle, goose, sql-migrate. */
const BREAK = /--> statement-breakpoint|^-- \+(?:goose|migrate) StatementEnd/gim

/**
 * A migration without the way back: what stands behind `-- migrate:down` and its like is taken out, line for line, and
 * where a tool ends a statement by a comment there is a semicolon in its place. Any other text is left as it is.
 */
export function upSections(text: string): string {
  const broken = text.replace(BREAK, ';')
  const marks = MARKS.find(({ up, down }) => hasLine(broken, up) && hasLine(broken, down))
  if (marks === undefined) return broken
  let isUp = true
  const lines = broken.split('\n').map((line) => {
    if (marks.up.test(line)) isUp = true
    else if (marks.down.test(line)) isUp = false
    return isUp ? line : ''
  })
  return lines.join('\n')
}

function hasLine(text: string, { source, flags }: RegExp): boolean {
  // The same pattern, at the beginning of any line.
  // eslint-disable-next-line security/detect-non-literal-regexp
  return new RegExp(source, `${flags}m`).test(text)
}
