import type { OpenOptions, Opened } from '../postgres/support/fault-tables.js'
import type { ProxyCommand } from './proxy-thread.js'
import { startServerThread, type ServerThread } from './server-thread.js'
import type { World } from './world.js'

/** A pool whose connections go through a proxy that can be told what to do with them. */
export interface BehindProxy extends Opened {
  readonly proxy: ServerThread<ProxyCommand>
}

export async function openBehindProxy(world: World, options: OpenOptions = {}): Promise<BehindProxy> {
  const proxy = await startServerThread<ProxyCommand>(world, './proxy-thread.js', world.url)
  return { ...world.open({ ...options, url: proxy.url }), proxy }
}
