import pg, { type Pool } from 'pg'
import { UsageError } from '../errors.js'
import type { Engine } from '../connection/engine.js'
import { isOurListener, PoolWatch } from '../pg/pool-watch.js'
import { Session } from '../pg/session.js'

/**
 * @throws {@link UsageError} where connections of the pool are, or may be, set up by what cannot run on the worker's
 * thread: a role or tenant would be missing there.
 */
export function refuseSetUp({ config }: Engine, pool: Pool, followsSearchPath: boolean): void {
  if (config.workerSession !== undefined) return
  const { onConnect, verify } = pool.options as { readonly onConnect?: unknown; readonly verify?: unknown }
  const hooks = {
    onCreateConnection: config.onCreateConnection !== undefined,
    onReserveConnection: config.onReserveConnection !== undefined,
    "the pool's onConnect": Boolean(onConnect),
    "the pool's verify": Boolean(verify),
    'the pool\'s "connect" listener': maySetUp(pool, 'connect'),
    'the pool\'s "acquire" listener': maySetUp(pool, 'acquire'),
    "the pool's own connect()": METHODS.some((method) => isOverridden(pool, method)),
    "the pool's own class of clients (Client)": isSubclass(PoolWatch.clientClassOf(pool)),
  }
  const hook = Object.entries(hooks).find(([, isThere]) => isThere)?.[0] ?? settingOf(pool, followsSearchPath)
  if (hook === undefined) return
  throw new UsageError(
    `iterator() reads on a connection of a worker thread, which is not set up by ${hook} as your connections are or may ` +
      'be. Say how the worker sets up its own, workerSession: { settings, statements, module } of connect() or ' +
      'SluiceDialect, empty where nothing is set; or use aiterator().',
  )
}

/** What decides on how pg's pool gives out a client. */
const METHODS = ['connect', 'newClient', '_acquireClient'] as const

/** Instrumentation listens without taking the client; whoever takes it may set something. */
function maySetUp(pool: Pool, event: 'connect' | 'acquire'): boolean {
  return pool.listeners(event).some((listener) => !isOurListener(listener) && !takesNothing(listener))
}

function takesNothing(listener: unknown): boolean {
  const source = String(listener)
  if (/^(?:async\s*)?\(\s*\)\s*=>/.test(source)) return true
  return /^(?:async\s+)?function\b[^(]*\(\s*\)/.test(source) && !/\b(?:arguments|this)\b/.test(source)
}

/** Whether a method is another one than that of pg's own class, which instrumentation may have wrapped in its place. */
function isOverridden(pool: object, method: string): boolean {
  let owner: object | null = pool
  while (owner !== null && !Object.hasOwn(owner, method)) owner = parentOf(owner)
  return owner !== null && !isFirstClass(owner) && !isPoolOfPg(owner)
}

function isSubclass(Client: { readonly prototype: object } | undefined): boolean {
  const parent = Client && parentOf(Client.prototype)
  return parent != null && 'emit' in parent && !Object.hasOwn(parent, 'emit')
}

/** `pg.Pool`, of whatever copy of pg: a class of no more than a constructor, to which instrumentation adds what it wraps. */
function isPoolOfPg(prototype: object): boolean {
  return prototype === pg.Pool.prototype || prototype.constructor.name === 'BoundPool'
}

/** The class right under that of event emitters, of whatever copy of pg. */
function isFirstClass(prototype: object): boolean {
  const parent = parentOf(prototype)
  return parent !== null && Object.hasOwn(parent, 'emit')
}

function parentOf(value: object): object | null {
  // Objects all the way, until there is none.
  return Object.getPrototypeOf(value) as object | null
}

/** A statement that has set on one of the pool's connections what decides on which rows are seen. */
function settingOf(pool: Pool, followsSearchPath: boolean): string | undefined {
  for (const client of PoolWatch.clientsOf(pool)) {
    for (const name of Session.of(client).ownSettings) {
      if (name !== 'search_path' || followsSearchPath) return `a SET ${name} on one of them`
    }
  }
  return undefined
}
