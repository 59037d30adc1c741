import type { Session } from '../pg/session.js'

const SET =
  /^\s*set\s+(?!local\b)(?:session\s+)?(role|authorization|search_path|schema|row_security|\w+\.[\w.]+)\b/i
const RESET = /^\s*(?:reset\s+all|discard\s+all|reset\s+(role|search_path|row_security|\w+\.[\w.]+))\b/i

/** Notes what a free-hand statement has set for the whole session that other connections do not have. */
export function noteSettings({ ownSettings }: Session, sql: string): void {
  const name = SET.exec(sql)?.[1]?.toLowerCase()
  if (name !== undefined) ownSettings.add(name === 'schema' ? 'search_path' : name)
  const reset = RESET.exec(sql)
  if (reset === null) return
  if (reset[1] === undefined) ownSettings.clear()
  else ownSettings.delete(reset[1].toLowerCase())
}
