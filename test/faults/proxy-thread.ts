/** A proxy in front of a server, on a thread of its own: what happens to the bytes that come from either side. */
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { late, passOn, startProxy, type Proxy, type Relay } from '../postgres/support/proxy.js'

/** Tells a proxy what to do from now on; what is not named stays as it is. */
export interface ProxyCommand {
  readonly fromServer?: keyof typeof relays
  readonly toServer?: keyof typeof relays
  readonly newcomers?: Proxy['newcomers']
  readonly keepsServer?: boolean
  /** At once, with the connections that there are. */
  readonly now?: 'reset' | 'end'
}

const LATE_MS = 15
const TOGETHER_MS = 10

/** Clients to which nothing more is said: the end of what they got is to be where it is. */
const cut = new WeakSet<Socket>()

/** Does something once, instead of passing bytes on. */
const once =
  (action: (bytes: Buffer, to: Socket) => boolean): Relay =>
  (bytes, to) => {
    if (cut.has(to)) return
    if (action(bytes, to)) cut.add(to)
    else passOn(bytes, to)
  }

const reset = (to: Socket) => {
  // What was written before may get there first, as it does on a network.
  setTimeout(() => to.resetAndDestroy(), 5)
  return true
}

/** The last rows of a chunk are cut in two: what follows the rows has no 20 bytes. */
const withinRow = (bytes: Buffer, to: Socket) => {
  if (bytes.length < 100) return false
  to.write(bytes.subarray(0, bytes.length - 20))
  return true
}

const withinCommit = (bytes: Buffer, to: Socket) => {
  const at = bytes.indexOf('COMMIT\0')
  if (at < 0) return false
  to.write(bytes.subarray(0, at + 3))
  return true
}

const relays = {
  passed: passOn,
  vanish: () => {},
  bytewise: (bytes, to) => {
    for (let at = 0; at < bytes.length; at++) to.write(bytes.subarray(at, at + 1))
  },
  together: together(),
  late: late(() => LATE_MS),
  reset: once((_, to) => reset(to)),
  resetWithinRow: once((bytes, to) => withinRow(bytes, to) && reset(to)),
  endWithinRow: once((bytes, to) => {
    const isCut = withinRow(bytes, to)
    if (isCut) to.end()
    return isCut
  }),
  resetWithinCommit: once((bytes, to) => withinCommit(bytes, to) && reset(to)),
} satisfies Record<string, Relay>

/** Keeps bytes until no more have come for a while, and then passes them on as one. */
function together(): Relay {
  const waiting = new WeakMap<Socket, { pieces: Buffer[]; timer: NodeJS.Timeout }>()
  return (bytes, to) => {
    const before = waiting.get(to)
    clearTimeout(before?.timer)
    const pieces = [...(before?.pieces ?? []), bytes]
    const timer = setTimeout(() => {
      waiting.delete(to)
      to.write(Buffer.concat(pieces))
    }, TOGETHER_MS)
    waiting.set(to, { pieces, timer })
  }
}

const proxy = await startProxy(workerData as string)

async function obey({ fromServer, toServer, newcomers, keepsServer, now }: ProxyCommand): Promise<void> {
  if (fromServer !== undefined) proxy.relay = relays[fromServer]
  if (toServer !== undefined) proxy.relayToServer = relays[toServer]
  proxy.newcomers = newcomers ?? proxy.newcomers
  proxy.keepsServer = keepsServer ?? proxy.keepsServer
  if (now === undefined) return
  for (const client of proxy.clients) {
    cut.add(client)
    if (now === 'reset') client.resetAndDestroy()
    else client.end()
  }
  // Until it has got there.
  await sleep(20)
}

parentPort?.on(
  'message',
  (command: ProxyCommand) => void obey(command).then(() => parentPort?.postMessage('done')),
)
parentPort?.postMessage(proxy.url)
