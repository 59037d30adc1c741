import { promise } from './failures.js'
import type { Run } from './run.js'

type Body = (id: number) => Promise<void>

/** Reads a stream as its plan says. */
export async function consume(run: Run, stream: AsyncIterable<object>, body: Body = noBody): Promise<void> {
  const { consumer } = run.plan
  if (consumer === 'parallel') return inParallel(run, stream, body)
  if (consumer === 'hand') return byHand(run, stream, body)
  for await (const item of stream) if ((await run.take(item, body)) === 'leave') return
}

const noBody = () => Promise.resolve()

/** Asks for some at once, as many as the plan's number says. */
async function inParallel(run: Run, stream: AsyncIterable<object>, body: Body): Promise<void> {
  const rows = stream[Symbol.asyncIterator]()
  for (let isOver = false; !isOver;) {
    const steps = await Promise.allSettled(
      Array.from({ length: 2 + (run.plan.number % 7) }, () => rows.next()),
    )
    let failure: PromiseRejectedResult | undefined
    for (const step of steps) {
      if (step.status === 'rejected') {
        promise(failure === undefined, 'Two steps failed.')
        failure = step
      } else if (step.value.done !== true) {
        promise(failure === undefined && !isOver, 'There are rows after the end.')
        try {
          if ((await run.take(step.value.value, body)) === 'leave') {
            await rows.return?.()
            return
          }
        } catch (error) {
          await rows.return?.().catch(() => {})
          throw error
        }
        continue
      }
      isOver = true
    }
    if (failure !== undefined) throw failure.reason
  }
}

/** Steps one by one; leaves twice, or while the next step is under way, after which there is nothing more. */
async function byHand(run: Run, stream: AsyncIterable<object>, body: Body): Promise<void> {
  const rows = stream[Symbol.asyncIterator]()
  const next = () => rows.next()
  try {
    for (let step = await next(); step.done !== true; step = await next()) {
      let leaves: 'leave' | undefined
      try {
        leaves = await run.take(step.value, body)
      } catch (error) {
        await rows.throw?.(error).catch(() => {})
        throw error
      }
      if (leaves === undefined) continue
      const pending = run.plan.end === 'return' ? Promise.allSettled([next()]) : undefined
      await rows.return?.()
      await rows.return?.()
      await pending
      return
    }
  } finally {
    promise((await next()).done === true, 'There are rows after the end.')
  }
}
