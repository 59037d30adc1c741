import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isResending, whyUnreachable } from '../../src/connection/lost/reachable.js'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
/** As Linux shows it of a connection whose peer has gone without a word. */
const line = (timer: string, resent: string, ports = '0100090A:B8C0 0200090A:15B3') =>
  `   0: ${ports} 01 00000008:00000000 ${timer}:00000042 ${resent}     0        0 1 1 0`
const socket = { localPort: 0xb8c0, remotePort: 0x15b3 }

describe('what Linux knows of a connection', () => {
  it.each([
    ['sent the same three times', [line('01', '00000003')], true],
    ['sent the same twice', [line('01', '00000002')], false],
    ['waits for nothing', [line('00', '00000000')], false],
    ['only keeps alive', [line('02', '00000009')], false],
    ['finds a window shut', [line('04', '00000009')], false],
    ['has another port', [line('01', '00000009', '0100090A:B8C1 0200090A:15B3')], false],
    ['is one of two of the same ports', [line('01', '00000009'), line('00', '00000000')], false],
    ['is none', [], false],
  ])('it %s', (_, lines, expected) => {
    expect(isResending([HEAD, ...lines, ''].join('\n'), socket)).toBe(expected)
  })
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

describe('a server is reachable', () => {
  it.each([
    ['that answers', (count: number) => count > 1, undefined],
    ['that says nothing', () => false, 'it does not answer another connection either'],
  ])('%s', async (_, answers, expected) => {
    let count = 0
    const server = createServer((client) => {
      const number = ++count
      client.on('error', () => {}).on('data', () => void (answers(number) && client.write('N')))
    })
    const client = connect(await listening(server), '127.0.0.1')
    await new Promise<void>((resolve) => client.once('connect', resolve))
    expect(await whyUnreachable(client, 200)).toBe(expected)
    client.destroy()
    server.close()
  })

  it('that refuses others, as it does while it shuts down', async () => {
    const server = createServer((client) => void client.on('error', () => {}))
    const client = connect(await listening(server), '127.0.0.1')
    await new Promise<void>((resolve) => client.once('connect', resolve))
    server.close()
    expect(await whyUnreachable(client, 200)).toBeUndefined()
    client.destroy()
  })
})
