import { connect, type Socket } from 'node:net'
import { Deadline } from '../deadline.js'

/** Asks whether there is TLS: whatever a server says to that, it says something. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

const UNREACHABLE = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'])

/** Times that the kernel has sent the same bytes in vain, which by then takes seconds. */
const RESENT_OFTEN = 3

/**
 * Why the server at the other end of a connection must be taken for unreachable; undefined where it need not be. It may be
 * at work and silent for that, so that it is not asked over this connection, and keep-alive says nothing as long as
 * bytes are not acknowledged.
 */
export async function whyUnreachable(socket: Socket, limitMs: number): Promise<string | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readTable(name).catch(() => '')))
  if (isResending(tables.join('\n'), socket)) return 'what was sent is not acknowledged'
  return (await answersAnew(socket, limitMs)) ? undefined : 'it does not answer another connection either'
}

/** Node loads much for this module, and hardly any process needs it. */
async function readTable(name: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return readFile(`/proc/self/net/${name}`, 'latin1')
}

/**
 * Whether Linux's table of connections says that bytes were sent over and over and not acknowledged. It has what
 * TCP_USER_TIMEOUT goes by, which Node does not offer.
 */
export function isResending(
  table: string,
  { localPort, remotePort }: Pick<Socket, 'localPort' | 'remotePort'>,
): boolean {
  const ports = [localPort, remotePort].map(
    (port = 0) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`,
  )
  const [local = '', remote = ''] = ports
  const found = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, from, to]) => from?.endsWith(local) === true && to?.endsWith(remote) === true)
  // `tr` 1 is the timer that sends again, and `retrnsmt` how often it did.
  return (
    found.length > 0 &&
    found.every(
      ([, , , , , timer, resent]) =>
        timer?.startsWith('01:') === true && parseInt(resent ?? '0', 16) >= RESENT_OFTEN,
    )
  )
}

/** Whether anything is heard over another connection to the same address, a refusal included. */
function answersAnew({ remoteAddress: host, remotePort: port }: Socket, limitMs: number): Promise<boolean> {
  // A socket in a folder, or a stream of the application's own.
  if (host === undefined || port === undefined) return Promise.resolve(true)
  return new Promise((resolve) => {
    const probe = connect({ host, port })
    const end = (answers: boolean) => {
      deadline.clear()
      probe.destroy()
      resolve(answers)
    }
    const deadline = new Deadline(limitMs, () => end(false))
    probe
      .on('connect', () => probe.write(SSL_REQUEST))
      .on('data', () => end(true))
      .on('end', () => end(true))
      .on('error', ({ code = '' }: NodeJS.ErrnoException) => end(!UNREACHABLE.has(code)))
  })
}
