import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { UsageError } from 'sluice'
import { WireTap, type AnswerReader } from '../../../src/pg/wire-tap.js'

function message(type: string, body: Buffer | string = ''): Buffer {
  const content = Buffer.from(body)
  const bytes = Buffer.alloc(5 + content.length)
  bytes.write(type, 0, 'latin1')
  bytes.writeInt32BE(4 + content.length, 1)
  content.copy(bytes, 5)
  return bytes
}

/** A DataRow of one column. */
function dataRow(cell: Buffer | string): Buffer {
  const content = Buffer.from(cell)
  const body = Buffer.alloc(6 + content.length)
  body.writeInt16BE(1, 0)
  body.writeInt32BE(content.length, 2)
  content.copy(body, 6)
  return message('D', body)
}

/** What the server sends for one fetch, with a notice and a parameter status among the rows; `D` is in every body. */
const rows = [dataRow('D'), dataRow(''), dataRow('DDDDD\0\0\0\x05D'), dataRow('x'.repeat(40))]
const others = [
  message('2'),
  message('T', 'DDDDDDDDDDDD'),
  message('N', 'SNOTICE\0DD\0\0'),
  message('S', 'D\0D\0'),
  message('s'),
  message('Z', 'T'),
]
const [bindComplete, description, notice, status, suspended, ready] = others as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
  Buffer,
  Buffer,
]
const [first, second, third, fourth] = rows as [Buffer, Buffer, Buffer, Buffer]
const stream = Buffer.concat([
  ...[bindComplete, description, first, notice, second, third, status, fourth, suspended, ready],
])

class Collector implements AnswerReader {
  readonly segments: Buffer[] = []
  count = 0

  expect(): void {}

  add(bytes: Buffer, count: number): void {
    this.segments.push(bytes)
    this.count += count
  }
}

/** A tapped socket, and what came out at both ends. */
class Bench {
  readonly socket = Object.assign(new EventEmitter(), { pause: () => {}, resume: () => {} })
  readonly forwarded: Buffer[] = []
  readonly collector = new Collector()
  readonly tap: WireTap
  onForward = (bytes: Buffer): void => void this.forwarded.push(bytes)

  constructor() {
    this.socket.on('data', (bytes: Buffer) => this.onForward(Buffer.from(bytes)))
    this.tap = WireTap.of(this.socket as object as Socket)
  }

  feed(...pieces: Buffer[]): this {
    for (const piece of pieces) this.socket.emit('data', piece)
    return this
  }

  get result(): { forwarded: string; collected: string; count: number } {
    return {
      forwarded: Buffer.concat(this.forwarded).toString('latin1'),
      collected: Buffer.concat(this.collector.segments).toString('latin1'),
      count: this.collector.count,
    }
  }
}

function collecting(...pieces: Buffer[]): Bench {
  const bench = new Bench()
  bench.tap.reader = bench.collector
  return bench.feed(...pieces)
}

const whole = {
  forwarded: Buffer.concat(others).toString('latin1'),
  collected: Buffer.concat(rows).toString('latin1'),
  count: rows.length,
}

/** Numbers that look random and are the same in every run. */
function* randoms(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield state
  }
}

function cut(bytes: Buffer, random: Iterator<number, never>, longest: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + (random.next().value % longest)
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return pieces
}

/** A segment must hold whole messages, or it could not be decoded on its own. */
function expectWholeMessages(collector: Collector): void {
  let count = 0
  for (const segment of collector.segments) {
    let at = 0
    while (at < segment.length) {
      expect(segment[at]).toBe(0x44)
      at += 1 + segment.readInt32BE(at + 1)
      count++
    }
    expect(at).toBe(segment.length)
  }
  expect(count).toBe(collector.count)
}

describe('DataRow messages go to the collector, every other byte to pg', () => {
  test('uncut', () => {
    expect(collecting(stream).result).toEqual(whole)
  })

  test('cut in two at every position', () => {
    for (let at = 1; at < stream.length; at++) {
      const bench = collecting(stream.subarray(0, at), stream.subarray(at))
      expect(bench.result).toEqual(whole)
      expectWholeMessages(bench.collector)
    }
  })

  test('cut in three at every pair of positions', () => {
    for (let one = 1; one < stream.length - 1; one++) {
      for (let two = one + 1; two < stream.length; two++) {
        const bench = collecting(stream.subarray(0, one), stream.subarray(one, two), stream.subarray(two))
        if (bench.collector.count !== rows.length) expect({ one, two }).toBe('collected')
        expect(bench.result).toEqual(whole)
      }
    }
  })

  test('byte by byte', () => {
    const bench = collecting(...Array.from(stream, (byte) => Buffer.of(byte)))
    expect(bench.result).toEqual(whole)
    expectWholeMessages(bench.collector)
  })

  test('in any order, cut at random', () => {
    const random = randoms(7)
    for (let round = 0; round < 300; round++) {
      const messages = Array.from({ length: 30 }, () => {
        const pick = random.next().value % (rows.length + others.length)
        return [...rows, ...others][pick] as Buffer
      })
      const bytes = Buffer.concat(messages)
      const bench = collecting(...cut(bytes, random, 1 + (random.next().value % 60)))
      const isRow = (each: Buffer): boolean => each[0] === 0x44
      expect(bench.result).toEqual({
        collected: Buffer.concat(messages.filter(isRow)).toString('latin1'),
        forwarded: Buffer.concat(messages.filter((each) => !isRow(each))).toString('latin1'),
        count: messages.filter(isRow).length,
      })
      expectWholeMessages(bench.collector)
    }
  })

  test('with rows of several megabytes among small ones', () => {
    const big = dataRow(Buffer.alloc(5_000_000, 'D'))
    const bytes = Buffer.concat([first, big, second, ready, big, ready])
    for (const longest of [65_536, 1_000, 7_000_000]) {
      const bench = collecting(...cut(bytes, randoms(longest), longest))
      expect(bench.collector.count).toBe(4)
      expect(Buffer.concat(bench.collector.segments).equals(Buffer.concat([first, big, second, big]))).toBe(
        true,
      )
      expect(Buffer.concat(bench.forwarded).equals(Buffer.concat([ready, ready]))).toBe(true)
      expectWholeMessages(bench.collector)
    }
  })

  test('with messages of several megabytes for pg', () => {
    const big = message('S', Buffer.alloc(3_000_000, 'D'))
    const bench = collecting(...cut(Buffer.concat([first, big, second, ready]), randoms(3), 50_000))
    expect(bench.collector.count).toBe(2)
    expect(Buffer.concat(bench.forwarded).equals(Buffer.concat([big, ready]))).toBe(true)
  })
})

describe('without a collector', () => {
  test('every byte goes to pg, however it is cut', () => {
    for (let at = 1; at < stream.length; at++) {
      const bench = new Bench().feed(stream.subarray(0, at), stream.subarray(at))
      expect(bench.result).toEqual({ forwarded: stream.toString('latin1'), collected: '', count: 0 })
    }
  })

  test('between two round trips rows go to pg, and to the next collector afterwards', () => {
    for (let at = 1; at < stream.length; at++) {
      const pieces = [stream.subarray(0, at), stream.subarray(at)]
      const bench = new Bench()
      bench.feed(...pieces)
      bench.tap.reader = bench.collector
      bench.feed(...pieces)
      bench.tap.reader = undefined
      bench.feed(...pieces)
      expect(bench.result).toEqual({
        collected: whole.collected,
        count: whole.count,
        forwarded: stream.toString('latin1') + whole.forwarded + stream.toString('latin1'),
      })
    }
  })

  test('a collector may be set by what pg does with a message', () => {
    for (let size = 1; size <= stream.length; size++) {
      const bench = new Bench()
      const collectors: Collector[] = []
      const forwarded: Buffer[] = []
      // As pg does: the ReadyForQuery of one round trip submits the next.
      bench.onForward = (bytes) => {
        forwarded.push(bytes)
        if (!Buffer.concat(forwarded).subarray(-ready.length).equals(ready)) return
        collectors.push((bench.tap.reader = new Collector()))
      }
      for (const bytes of [ready, stream, stream]) {
        for (let at = 0; at < bytes.length; at += size) bench.feed(bytes.subarray(at, at + size))
      }
      expect(collectors.map(({ count }) => count)).toEqual([rows.length, rows.length, 0])
    }
  })
})

test('refuses a socket that is not read by one parser', () => {
  expect(() => WireTap.of(new EventEmitter() as Socket)).toThrow(UsageError)
  const socket = new EventEmitter()
  socket.on('data', () => undefined).on('data', () => undefined)
  expect(() => WireTap.of(socket as Socket)).toThrow(UsageError)
})

test('a socket has one tap, however many dialects there are on its pool', () => {
  const bench = new Bench()
  expect(WireTap.of(bench.socket as Socket)).toBe(bench.tap)
})
