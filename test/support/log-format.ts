/** Written for each entry: severity and message follow the prefix, further lines of an entry begin with a tab. */
export const logSettings = {
  log_statement: 'all',
  log_line_prefix: '%m [%p] %q<%d|%a> ',
  log_error_verbosity: 'default',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
}

export interface LogEntry {
  readonly pid: number
  readonly database: string
  readonly application: string
  /** `LOG`, `ERROR`, `DETAIL`, `STATEMENT` and so on: details are entries of their own, after the one they belong to. */
  readonly severity: string
  readonly message: string
}

const entryPattern = /^\S+ \S+ \S+ \[(\d+)\] <([^|]*)\|(.*?)> ([A-Z]+): {2}/

/** Entries of sessions only: what the server's own processes log is left out. */
export function parseLog(text: string): LogEntry[] {
  const entries: { -readonly [K in keyof LogEntry]: LogEntry[K] }[] = []
  let current: { message: string } | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('\t')) {
      if (current) current.message += `\n${line.slice(1)}`
      continue
    }
    const [prefix, pid, database = '', application = '', severity = ''] = entryPattern.exec(line) ?? []
    current = undefined
    if (prefix === undefined) continue
    entries.push({ pid: Number(pid), database, application, severity, message: line.slice(prefix.length) })
    current = entries.at(-1)
  }
  return entries
}
