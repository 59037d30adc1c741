import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { drain, failureOf, open, Stalling } from './support/fault-database.js'
import { passOn, startProxy } from './support/proxy.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

const CANCEL_REQUEST = Buffer.from([0, 0, 0, 16, 4, 210, 22, 46])

it('an answer that overtakes its own cancel request is late, and not the fetch behind it that is cancelled', async () => {
  await using proxy = await startProxy(faults.url)
  await using opened = open(proxy.url)
  let held: [Buffer, Socket][] | undefined
  proxy.relay = (bytes, to) => void (held === undefined ? to.write(bytes) : held.push([bytes, to]))
  proxy.relayToServer = (bytes, to) => {
    if (!bytes.subarray(0, 8).equals(CANCEL_REQUEST)) return passOn(bytes, to)
    for (const [answer, client] of held ?? []) client.write(answer)
    held = undefined
    void faults.observer.untilAsleep().then(() => to.write(bytes))
  }
  const reading = drain(
    new Stalling(opened.db).aiterator({ chunkSize: 1250, fetchTimeoutMs: 400 }),
    (_, count) => {
      // The answer that brings the second chunk waits.
      if (count === 1) held = []
    },
  )
  expect(await failureOf(reading)).toMatchObject({ code: 'FETCH_TIMEOUT' })
  proxy.relay = passOn
  proxy.relayToServer = passOn
  await faults.expectUsable(opened)
})
