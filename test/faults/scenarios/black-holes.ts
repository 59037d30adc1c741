import assert from 'node:assert/strict'
import { QueryError } from '../../../src/index.js'
import { Numbers, ROWS } from '../../postgres/support/fault-tables.js'
import { inBothForms } from '../both-forms.js'
import { loop, nameOf } from '../loop.js'
import { openBehindProxy } from '../outside-proxy.js'
import type { ProxyCommand } from '../proxy-thread.js'
import type { Scenario } from '../scenario.js'

/** Long enough for a busy machine, as the same pool is to work again afterwards. */
const LIMIT_MS = 300
const CONNECTING_MS = 1000
/** What is sent either way goes nowhere, also on new connections, and nobody is told. */
const HOLE: ProxyCommand = { fromServer: 'vanish', toServer: 'vanish', newcomers: 'ignored' }
const PASSAGE: ProxyCommand = { fromServer: 'passed', toServer: 'passed', newcomers: 'served' }
const closing = { closeTimeoutMs: LIMIT_MS }

function codeOf(error: Error | undefined): string {
  return error instanceof QueryError ? `\`${error.code}\`` : 'no code'
}

/** All bytes vanish from some moment on. */
export const blackHoles: readonly Scenario[] = [
  {
    fault: 'All bytes vanish under a fetch; with a `signal`',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world, closing)
      const aborter = new AbortController()
      const reading = loop(
        new Numbers(db).aiterator({ chunkSize: 100, signal: aborter.signal }),
        async (_, count) => {
          if (count === 150) await proxy.tell(HOLE)
          if (count === 200) setTimeout(() => aborter.abort(), 50)
        },
      )
      const { rows, error } = await reading
      await proxy.tell(PASSAGE)
      assert.ok(rows >= 200 && rows < ROWS, String(rows))
      assert.equal(error, aborter.signal.reason)
      return `${nameOf(error)} within \`closeTimeoutMs\``
    },
  },
  {
    fault: 'All bytes vanish under a fetch; with `fetchTimeoutMs`',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world, closing)
      return inBothForms(async (iterate) => {
        const stream = iterate(new Numbers(db), { chunkSize: 100, fetchTimeoutMs: LIMIT_MS })
        const { rows, error } = await loop(stream, async (_, count) => {
          if (count === 150) await proxy.tell(HOLE)
        })
        await proxy.tell(PASSAGE)
        assert.ok(rows >= 200 && rows < ROWS, String(rows))
        return `${nameOf(error)} ${codeOf(error)}`
      })
    },
  },
  {
    fault: 'All bytes vanish from the first statement on; with `fetchTimeoutMs`',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world, closing)
      return inBothForms(async (iterate) => {
        // A connection is there.
        await loop(iterate(new Numbers(db).filter({ id: 1 })))
        await proxy.tell(HOLE)
        const { rows, error } = await loop(iterate(new Numbers(db), { fetchTimeoutMs: LIMIT_MS }))
        await proxy.tell(PASSAGE)
        assert.equal(rows, 0)
        return `${nameOf(error)} ${codeOf(error)}`
      })
    },
  },
  {
    fault: 'All bytes vanish, and the loop is left by `break`',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world, closing)
      return inBothForms(async (iterate) => {
        const { error } = await loop(iterate(new Numbers(db), { chunkSize: 100 }), async (_, count) => {
          if (count < 150) return undefined
          await proxy.tell(HOLE)
          return 'break'
        })
        await proxy.tell(PASSAGE)
        return `${nameOf(error)}; the loop ends within \`closeTimeoutMs\``
      })
    },
  },
  {
    fault: 'All bytes vanish while a connection is being made',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world, { connectTimeoutMs: CONNECTING_MS })
      return inBothForms(async (iterate) => {
        await proxy.tell(HOLE)
        const { rows, error } = await loop(iterate(new Numbers(db)))
        await proxy.tell(PASSAGE)
        assert.equal(rows, 0)
        assert.match(error?.message ?? '', /connectTimeoutMs/)
        return `${nameOf(error)} after \`connectTimeoutMs\``
      })
    },
  },
]
