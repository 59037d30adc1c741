/** SQL as an error message can show it: on one line, and not all of it. */
export function abbreviate(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}
