import { MessageChannel, Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Watchdog } from '../../src/worker/watchdog.js'
import { HEARTBEAT } from '../../src/worker/messages.js'

function watchdog() {
  const { port1, port2 } = new MessageChannel()
  const pulse = new Int32Array(new SharedArrayBuffer(4))
  return { line: new Watchdog(port1, pulse), worker: port2, beat: () => Atomics.add(pulse, HEARTBEAT, 1) }
}

function silentSlices(line: Watchdog): number {
  for (let slices = 1; slices <= 10_000; slices++) if (line.isSilent()) return slices
  return Infinity
}

describe('the line to a worker', () => {
  it('takes it for hung after a minute of waiting without a beat of its heart, whatever the clock says', () => {
    const { line, beat } = watchdog()
    expect(line.hasStarted).toBe(false)
    expect(silentSlices(line)).toBe(600)
    beat()
    expect(line.hasStarted).toBe(true)
    expect(line.isSilent()).toBe(false)
    expect(silentSlices(line)).toBe(600)
  })

  it('knows that the thread is gone, also when it said nothing, while no event can reach this one', () => {
    const { line, worker } = watchdog()
    expect(line.hasEnded()).toBe(false)
    new Worker('null', { eval: true, workerData: worker, transferList: [worker] })
    // The test's own timeout is the bound.
    while (!line.hasEnded()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    expect(line.lastWord).toBeUndefined()
  })

  it('knows it, too, when the event has come', async () => {
    const { line, worker } = watchdog()
    worker.close()
    await new Promise((resolve) => worker.once('close', resolve))
    while (!line.hasEnded()) await new Promise((resolve) => setTimeout(resolve))
  })

  it('keeps the first that it said, which is the reason of what follows', () => {
    const { line, worker } = watchdog()
    worker.postMessage({ error: { message: 'out of order' } })
    worker.postMessage({ exitCode: 1 })
    expect(line.hasEnded()).toBe(true)
    line.ended({ exitCode: 1 })
    expect(line.lastWord).toEqual({ error: { message: 'out of order' } })
  })

  it('takes from Node what the thread had no time to say', () => {
    const { line } = watchdog()
    line.ended({ error: new Error('out of memory') })
    expect(line.hasEnded()).toBe(true)
    expect(line.lastWord?.error?.message).toBe('out of memory')
  })
})
