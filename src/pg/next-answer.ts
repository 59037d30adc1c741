import type { PoolClient } from 'pg'

/** Waits for the server's next ReadyForQuery, the end of the connection or, if given, a time. */
export function nextAnswer({ connection }: PoolClient, limitMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      connection.removeListener('readyForQuery', settle)
      connection.removeListener('end', settle)
      resolve()
    }
    const timer = limitMs === undefined ? undefined : setTimeout(settle, limitMs)
    connection.on('readyForQuery', settle)
    connection.on('end', settle)
  })
}
