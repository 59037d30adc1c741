/**
 * Runs one contender, in this process alone, and prints what it took as one line of JSON. Plain JavaScript, so that no
 * loader weighs on what is measured.
 */
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

const job = JSON.parse(process.argv[2])
const { open } = await import(job.module)
const contender = await open(job)

// Connections, worker threads and first compilations are not part of the time.
await contender.warm()
const idleMemory = peakMemory()

let rows = 0
let timers = 0
let asked = 0
let isFirst = false
const firstRows = []
const onRows = (received) => {
  if (isFirst) {
    isFirst = false
    firstRows.push(performance.now() - asked)
  }
  rows += received
  if (job.timer === undefined) return undefined
  timers++
  return sleep(job.timer)
}
const delays = job.watched ? monitorEventLoopDelay({ resolution: 1 }) : undefined
delays?.enable()
const cpuBefore = process.cpuUsage()
const start = performance.now()
for (let query = 0; query < (job.queries ?? 1); query++) {
  isFirst = true
  asked = performance.now()
  await contender.read(onRows)
}
const wall = performance.now() - start
const { user, system } = process.cpuUsage(cpuBefore)
delays?.disable()

const result = {
  rows,
  wall,
  firstRows,
  timers,
  cpu: (user + system) / 1e6,
  idleMemory,
  peakMemory: peakMemory(),
  ...(delays && { delay: { p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 } }),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
await contender.close()

/**
 * In bytes. Not from getrusage where it can be helped: on Linux that begins with the size of the process that
 * started this one.
 */
function peakMemory() {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return Number(kilobytes) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
