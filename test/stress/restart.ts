import pg from 'pg'

/**
 * Makes a server of this machine start anew: when one of its processes is killed, it ends all the others, and lets
 * nobody in until it has recovered.
 */
export async function crashServer(url: string): Promise<void> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const [backend] = rows
  if (backend === undefined) return
  const ended = new Promise((resolve) => client.once('end', resolve))
  process.kill(backend.pid, 'SIGKILL')
  await ended
}
