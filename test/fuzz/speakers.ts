/**
 * A program that holds conversations on pools whose bytes its parent does mischief to, each in its turn. It ends by
 * itself when nothing is left of them.
 */
import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { promise } from '../stress/failures.js'
import { World } from '../stress/world.js'
import { noFigures } from './figures.js'
import { Lane, type Mischiefmaker } from './lane.js'
import { planOf } from './plan.js'
import type { Answer, Order, Task } from './task.js'

/** What would keep a process alive. */
const LEFTOVERS = ['TCPSocketWrap', 'TCPConnectWrap', 'MessagePort', 'Worker', 'Timeout']
const task = JSON.parse(process.argv[2] ?? '') as Task
const LIMITS = {
  // The first worker thread takes a while to load, and blocks whoever waits for it.
  ...{ max: 2, connectTimeoutMs: task.isSync ? 4000 : 3000, acquireTimeoutMs: 5000, closeTimeoutMs: 300 },
  ...{ queryTimeoutMs: 700, fetchTimeoutMs: 700, silenceTimeoutMs: 2000 },
}

const figures = noFigures()
const left: unknown[] = []
const note = (error: unknown) => void left.push(error)
process.on('unhandledRejection', note).on('uncaughtException', note).on('warning', note)

/** Answers come in the order of the orders of a lane. */
const waiting = new Map<number, (hasStruck: boolean) => void>()
process.on('message', ({ lane, hasStruck }: Answer) => waiting.get(lane)?.(hasStruck))

function tell(order: Order): Promise<boolean> {
  return new Promise((resolve) => {
    waiting.set(order.lane, resolve)
    process.send?.(order)
  })
}

function makerOf(lane: number): Mischiefmaker {
  return {
    arm: async (mischief) => void (await tell({ lane, mischief })),
    disarm: () => tell({ lane }),
  }
}

let next = task.from
const isOver = () =>
  left.length > 0 || next >= task.to || (task.until !== undefined && Date.now() > task.until)

async function speak(world: World, lane: number): Promise<void> {
  const holder = new Lane(world, makerOf(lane), figures)
  for (let round = 1; !isOver(); round++) {
    const number = next++
    await holder.hold(planOf(task.seed, number, task.isSync))
    if (round % 20 === 0) await world.settle()
  }
  await world.settle()
  await world.close()
  await world[Symbol.asyncDispose]()
}

async function speakAll(): Promise<void> {
  const { application, proxies, url } = task
  await Promise.all(
    proxies.map(({ url: via, lane }) =>
      speak(new World({ url, via, application: `${application} ${lane}`, settings: LIMITS }), lane),
    ),
  )
  promise(left.length === 0, 'An error that nobody caught, or a warning.', left[0])
  const closed = performance.now()
  const rest = () => process.getActiveResourcesInfo().filter((name) => LEFTOVERS.includes(name))
  while (rest().length > 0) {
    promise(performance.now() - closed < 20_000, `There is left: ${rest().join(', ')}.`)
    await setImmediate()
  }
}

try {
  await speakAll()
  process.stdout.write(JSON.stringify(figures))
  process.disconnect()
} catch (error) {
  process.stderr.write(inspect(error, { depth: 6 }), () => process.exit(1))
}
