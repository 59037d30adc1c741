import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { ConnectOptions, Database, KyselyHandle, Model, Repository } from 'sluice'
import type * as sluice from 'sluice'
import { bundle, WORKER, type Bundle } from '../../support/bundle.js'
import { PASSWORD, startSecureServer, type SecureServer } from './secure-server.js'
import { tableSchema } from '../../support/table-schema.js'

type Library = typeof sluice
const LIBRARY = 'src/index.ts'

/** What the server says of the session that asks. */
export interface Session {
  /** How it has proven who it is, such as `scram-sha-256:secure`. */
  identity: string
  ssl: boolean
  /** The subject of the client's certificate. */
  client: string
}

interface SessionModel extends Model {
  readonly name: string
  readonly row: Session
  readonly key: never
  readonly filter: object
  readonly columns: Session
}
interface SlowModel extends Model {
  readonly name: string
  readonly row: { id: number; payload: string }
  readonly key: never
  readonly filter: object
  readonly columns: { id: number; payload: string }
}

const view = { kind: 'view' } as const

/** The ways to read; each opens connections of its own. */
export const forms = ['toArray()', 'aiterator()', 'iterator()'] as const
export type Form = (typeof forms)[number]

/** The server, and the library that connects to it. */
export interface World {
  readonly server: SecureServer
  readonly sluice: Library
  /** Of a role with its password, at the name that the certificate is for. */
  url(role: string, settings?: Record<string, string>, host?: string): string
  /** Connects, reads what the server says of the session, and closes. */
  session(form: Form, options: ConnectOptions): Promise<Session>
  /** The same with a database that is open already. */
  read(form: Form, db: KyselyHandle): Promise<Session>
  /** A view whose first 20 rows come at once, and the next after a minute. */
  slow(db: Database<object>): Repository<SlowModel>
}

/** How many sockets this process holds open. */
export function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS)/.test(name)).length
}

/** The error that a promise is rejected with, and all that is behind it. */
export async function failure(promise: Promise<unknown>): Promise<{ error: Error; causes: Error[] }> {
  const error: unknown = await promise.then(
    (value) => new Error(`Expected a rejection, got ${inspect(value)}.`),
    (reason: unknown) => reason,
  )
  const causes: Error[] = []
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause)
  const [first] = causes
  if (first === undefined) throw new Error('Rejected with something that is not an error.', { cause: error })
  return { error: first, causes: causes.slice(1) }
}

/** One server for a file; no session is left when a test ends. */
export function useWorld(): World {
  let server: SecureServer
  // As JavaScript, since each database here starts a worker thread, which from source would compile what it runs.
  let programs: Bundle
  let library: Library

  beforeAll(async () => {
    ;[server, programs] = await Promise.all([startSecureServer(), bundle(LIBRARY, WORKER)])
    library = (await import(pathToFileURL(programs.path(LIBRARY)).href)) as Library
  })
  afterEach(() => server.untilLeft())
  afterAll(async () => {
    await server.stop()
    await programs[Symbol.asyncDispose]()
  })

  const sessions = (db: KyselyHandle) => {
    class Sessions extends library.Repository<SessionModel> {}
    return new Sessions(db, tableSchema('sessions', { identity: 'text', ssl: 'bool', client: 'text' }, view))
  }
  const world: World = {
    get server() {
      return server
    },
    get sluice() {
      return library
    },
    url(role, settings = {}, host = 'localhost') {
      return `postgres://${role}:${PASSWORD}@${host}:${server.port}/postgres?${new URLSearchParams(settings).toString()}`
    },
    async session(form, options) {
      const db = library.connect<object>(options)
      try {
        return await world.read(form, db)
      } finally {
        await db.close()
      }
    },
    async read(form, db) {
      const rows: Session[] = []
      if (form === 'toArray()') rows.push(...(await sessions(db).toArray()))
      else if (form === 'iterator()') rows.push(...sessions(db).iterator())
      else for await (const row of sessions(db).aiterator()) rows.push(row)
      const [row] = rows
      if (row === undefined || rows.length > 1) throw new Error(`There is one session, not ${rows.length}.`)
      return row
    },
    slow: (db) => {
      class Slow extends library.Repository<SlowModel> {}
      return new Slow(db, tableSchema('slow', { id: 'int4', payload: 'text' }, view))
    },
  }
  return world
}
