import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { ROWS } from '../../postgres/support/fault-tables.js'
import { lockTable } from '../locked-table.js'
import type { Scenario } from '../scenario.js'
import { runScript, scriptUrl } from '../script-run.js'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** The process or thread that iterates ends, or is stopped. */
export const workerProcess: readonly Scenario[] = [
  {
    fault: 'A script ends without `close()`, though the worker waits for the next iteration',
    async run(world) {
      const { output, code } = await runScript(world, 'finishes').ended
      assert.equal(output, `${ROWS} rows\n`)
      return `It ends by itself, with exit code ${code}`
    },
  },
  {
    fault: 'A script ends with an iterator half-way: at its last line, by an exception, by `process.exit()`',
    async run(world) {
      const parts = ['returns', 'throws', 'exits'] as const
      const ends = await Promise.all(parts.map((part) => runScript(world, part).ended))
      assert.deepEqual(
        ends.map(({ code, signal }) => code ?? signal),
        [0, 4, 3],
      )
      return 'It ends with the exit code that it has without us; its sessions end'
    },
  },
  {
    fault: 'SIGINT or SIGTERM while the loop waits for a fetch',
    async run(world) {
      const table = await lockTable(world)
      const scripts = SIGNALS.map((signal) => ({
        signal,
        ...runScript(world, 'reads', { table: table.name }),
      }))
      await table.untilWaitedFor(scripts.length)
      for (const script of scripts) script.process.kill(script.signal)
      const ends = await Promise.all(scripts.map(({ ended }) => ended))
      assert.deepEqual(
        ends.map(({ output, signal }) => output + signal),
        SIGNALS,
      )
      await table.release()
      return 'The process ends at once by the signal, its sessions when the server is done with the fetch'
    },
  },
  {
    fault: 'The same, with handlers of these signals',
    async run(world) {
      const table = await lockTable(world)
      const scripts = SIGNALS.map((signal) => ({
        signal,
        ...runScript(world, 'handles', { table: table.name }),
      }))
      await table.untilWaitedFor(scripts.length)
      for (const script of scripts) script.process.kill(script.signal)
      await table.release()
      const ends = await Promise.all(scripts.map(({ ended }) => ended))
      assert.deepEqual(
        ends.map(({ output, code }) => `${output}${code}`),
        SIGNALS.map((signal) => `1 rows\n${signal}\n0`),
      )
      return 'The loop goes on; the handler runs after it'
    },
  },
  {
    fault: 'The process is stopped and continued while the loop waits for a fetch',
    async run(world) {
      const table = await lockTable(world)
      const { process: script, ended } = runScript(world, 'reads', { table: table.name })
      await table.untilWaitedFor()
      script.kill('SIGSTOP')
      await sleep(200)
      script.kill('SIGCONT')
      await table.release()
      const { output, code } = await ended
      assert.equal(code, 0)
      assert.equal(output, '1 rows\n')
      return 'The loop goes on: all rows'
    },
  },
  {
    fault: 'The loop runs in a worker thread of one’s own, which is ended while it waits for a fetch',
    async run(world) {
      const table = await lockTable(world)
      const thread = new Worker(scriptUrl, { argv: [world.url, world.name, 'reads', table.name] })
      await table.untilWaitedFor()
      await thread.terminate()
      await table.release()
      const other = new Worker(scriptUrl, {
        argv: [world.url, world.name, 'finishes'],
        stdout: true,
      })
      const [output] = (await other.stdout.toArray()) as Buffer[]
      assert.equal(String(output), `${ROWS} rows\n`)
      return 'The thread ends at once, and its session with it; another has all rows'
    },
  },
]
