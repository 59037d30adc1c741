import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** In whole megabytes. */
export interface Memory {
  readonly rss: number
  /** In use after a collection of everything that nobody refers to. */
  readonly heap: number
}

export function measureMemory(): Memory {
  collect()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss: Math.round(rss / 2 ** 20), heap: Math.round(heapUsed / 2 ** 20) }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
