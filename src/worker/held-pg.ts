import type pgModule from 'pg'

/**
 * pg as the worker loads it, after its own code. In the build, which is one file whose imports all come first, that code
 * takes pg from here: so that a pg which cannot be loaded is told, and not the end of a thread that said nothing. Before
 * that it is not there: nothing that runs while modules are loaded may use it.
 */
export let pg: typeof pgModule
export let DatabaseError: typeof pgModule.DatabaseError

export async function loadPg(): Promise<void> {
  pg = await asNode(async () => (await import('pg')).default)
  ;({ DatabaseError } = pg)
}

/**
 * Has `navigator` tell that this is Node, as it does from Node 21 on. pg asks it whether it runs at Cloudflare's, and
 * where there is none makes a `Response` to find out: for that Node loads its HTTP client, which takes longer than pg.
 */
async function asNode<T>(task: () => Promise<T>): Promise<T> {
  if ('navigator' in globalThis) return task()
  // Where the globals are frozen it takes as long as it takes.
  Reflect.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Node.js' }, configurable: true })
  try {
    return await task()
  } finally {
    Reflect.deleteProperty(globalThis, 'navigator')
  }
}
