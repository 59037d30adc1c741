const MOST = 120
const HEAD = 40

/** SQL as an error message can show it: on one line, and of a long list of columns only the beginning. */
export function abbreviate(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  if (line.length <= MOST) return line
  const from = line.indexOf(' from ', HEAD)
  return from < 0 ? cut(line, MOST) : `${line.slice(0, HEAD)}…${cut(line.slice(from), MOST - HEAD)}`
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
