import { createServer, type Server } from 'node:http'
import { QueryError, replayedTo, walPosition, type Database } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'

/** The worked example of docs/replicas.md, which has this file from the line behind the imports on. */
export function serve(primary: Database<DB>, replica: Database<DB>): Server {
  const { users } = repositories(primary)

  return createServer((request, response) => {
    const position = /position=([0-9A-F/]+)/.exec(request.headers.cookie ?? '')?.[1]
    const answer = async (): Promise<unknown> => {
      if (request.method === 'POST') {
        const user = await users.create({ email: `${Date.now()}@example.com`, name: 'New' })
        response.setHeader('set-cookie', `position=${await walPosition(primary)}; Max-Age=60`)
        return { id: user.id }
      }
      // Whoever has written nothing reads at once.
      const db = position === undefined ? replica : replayedTo(replica, position, { timeoutMs: 200 })
      const count = await users
        .using(db)
        .count()
        .catch((error: unknown) => {
          if (error instanceof QueryError && error.code === 'REPLAY_TIMEOUT') return users.count()
          throw error
        })
      return { count }
    }
    answer().then(
      (body) => response.end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    )
  })
}
