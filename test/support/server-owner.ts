/** A program that starts a temporary server, tells its address as a line of JSON, and then does as its argument says. */
import { startServer } from '../../codegen/server/index.js'

const server = await startServer({ settings: { log_statement: 'all' } })
process.stdout.write(`${JSON.stringify({ url: server.url, logFile: server.logFile })}\n`)

switch (process.argv[2]) {
  case 'stop':
    await server.stop()
    break
  case 'throw':
    setImmediate(() => {
      throw new Error('thrown on purpose')
    })
    break
  case 'exit':
    process.exit(3)
    break
  case 'wait':
    setInterval(() => undefined, 1000)
    break
  case 'block':
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    break
  // Without an argument it has nothing left to do, and ends.
}
