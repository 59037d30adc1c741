import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLong } from '../support/long.js'
import { fuzzWire } from './wire.js'

const CONVERSATIONS = Number(process.env['FUZZ_WIRE'] ?? (isLong ? 4000 : 1000))
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

const left: unknown[] = []
const note = (error: unknown) => void left.push(error)
beforeAll(() => void process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note))
afterAll(() => void process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note))

test(`${CONVERSATIONS} conversations over sockets that are none, spoilt at any message and cut at any byte`, async () => {
  const figures = await fuzzWire({ seed, from: 1, to: 1 + CONVERSATIONS, lanes: 100 })
  expect(figures.conversations).toBe(CONVERSATIONS)
  expect(figures.struck).toBeGreaterThan(CONVERSATIONS / 3)
  expect(left).toEqual([])
}, 600_000)
