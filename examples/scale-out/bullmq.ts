import { Queue as Jobs, WaitingError, Worker } from 'bullmq'
import type { Part, Queue } from './queue.js'

/** Opens the queue of a task in Redis, or what speaks its protocol. */
export async function openBullMQ(task: string, url: string): Promise<Queue> {
  // What blocks until there is a job is not given up after some tries.
  const connection = { url, maxRetriesPerRequest: null }
  const jobs = new Jobs<Part>(task, { connection })
  jobs.on('error', (error) => console.error(`BullMQ: ${error.message}`))
  await jobs.waitUntilReady()
  let worker: Worker<Part> | undefined
  return {
    planned: async () => (await jobs.getJobs()).map(({ data }) => data.walk),
    send: async (parts) => {
      const opts = { attempts: 10, backoff: { type: 'exponential', delay: 1_000 } }
      await jobs.addBulk(parts.map((data) => ({ name: task, data, opts: { ...opts, jobId: data.walk } })))
    },
    work: async (take) => {
      const process: ConstructorParameters<typeof Worker<Part>>[1] = async (job, token, signal) => {
        if ((await take(job.data, signal ?? new AbortController().signal)) === 'done') return
        await job.moveToWait(token)
        throw new WaitingError()
      }
      const started = new Worker<Part>(task, process, {
        connection,
        // A job may take as long as it will, and yet goes to another worker ten seconds after the last sign of life.
        ...{ lockDuration: 10_000, stalledInterval: 1_000, maxStalledCount: 10 },
      })
      worker = started
      started.on('error', (error) => console.error(`BullMQ: ${error.message}`))
      started.on('lockRenewalFailed', (ids) => {
        for (const id of ids) started.cancelJob(id, 'The job was given to somebody else.')
      })
      await started.waitUntilReady()
    },
    stop: async () => {
      await worker?.close()
      await jobs.close()
    },
  }
}
