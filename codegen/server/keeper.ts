/**
 * The process that keeps a temporary server. It stands apart from the process that asked for the server, which may
 * block, crash or be killed: the end of standard input, however it comes about, stops the server and removes its
 * folder. Its one argument is the folder's token, by which others recognise this process.
 */
import { createInterface } from 'node:readline'
import { messageOf } from '../errors.js'
import { serverAccount } from './account.js'
import { startCluster } from './cluster.js'
import type { KeeperMessage, KeeperOrder } from './keeper-messages.js'
import { removeLeftovers } from './leftovers.js'
import { prepareNativeFiles } from './native-files.js'
import { createServerFolder, removeServerFolder } from './server-folder.js'

const token = process.argv[2] ?? ''
const input = createInterface({ input: process.stdin })
const order = new Promise<KeeperOrder | undefined>((resolve) => {
  input.once('line', (line) => resolve(JSON.parse(line) as KeeperOrder))
  input.once('close', () => resolve(undefined))
})
const leave = new Promise<void>((resolve) => {
  input.once('close', resolve)
  process.once('SIGTERM', resolve)
})
// Ctrl-C and a closed terminal are for the process that asked, whose end is seen above.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.stdout.on('error', () => undefined)

function say(message: KeeperMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function notify(text: string): void {
  say({ kind: 'notice', text })
}

async function keep({ nativeFolder, password, settings }: KeeperOrder): Promise<void> {
  await removeLeftovers(notify)
  const account = await serverAccount(notify)
  const folder = await createServerFolder(token, account)
  try {
    const files = await prepareNativeFiles(nativeFolder, account, folder.native)
    const cluster = await startCluster({ folder, files, account, password, settings })
    say({ kind: 'ready', port: cluster.port, logFile: folder.log })
    await leave
    if (!(await cluster.stop())) throw new Error(`The PostgreSQL server in ${folder.path} does not end.`)
  } finally {
    await removeServerFolder(folder.path)
  }
}

try {
  const asked = await order
  if (asked) await keep(asked)
  process.exit(0)
} catch (error) {
  say({ kind: 'failed', text: messageOf(error) })
  process.exit(1)
}
