import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { observe } from 'sluice/opentelemetry'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
const exported = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exported)] })
const tracer = tracerProvider.getTracer('test')

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  shop = await openShop({ users: 250 })
})
afterAll(async () => {
  context.disable()
  await shop[Symbol.asyncDispose]()
})

let stop = () => {}
beforeEach(() => {
  stop = observe({ tracerProvider, meterProvider: false })
})
afterEach(() => {
  stop()
  exported.reset()
})

/** What runs under a span, which is then over. */
async function request(work: () => Promise<unknown>) {
  const parent = tracer.startSpan('request')
  await context.with(trace.setSpan(context.active(), parent), work)
  return parent.spanContext().spanId
}

describe('sluice/opentelemetry', () => {
  it('makes a span of each statement, below the active one', async () => {
    const parent = await request(async () => {
      await shop.users.filter({ id: 1 }).toArray()
      for await (const _ of shop.users.aiterator({ chunkSize: 100 }));
      for (const _ of shop.users.iterator({ chunkSize: 100 }));
      await shop.users.filter({ id: 1 }).update({ name: 'x' })
    })
    const spans = exported.getFinishedSpans()
    expect(spans.map(({ name }) => name)).toEqual([
      ...new Array<string>(3).fill('SELECT public.users'),
      'UPDATE public.users',
    ])
    expect(spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(new Array(4).fill(parent))
    expect(spans.map(({ attributes }) => attributes['db.response.returned_rows'])).toEqual([
      1,
      250,
      250,
      undefined,
    ])
    expect(spans[0]?.attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.namespace': new URL(shop.database.url).pathname.slice(1),
      'db.collection.name': 'public.users',
      'db.operation.name': 'SELECT',
      'db.query.text': shop.users.filter({ id: 1 }).toSQL().sql,
    })
  })

  it('has prefetches below what they belong to, and the body of a loop beside', async () => {
    for (const form of ['aiterator', 'iterator'] as const) {
      exported.reset()
      const parent = await request(async () => {
        for await (const _ of shop.users.prefetchRelated('orders').slice(0, 5)[form]({ chunkSize: 5 }))
          tracer.startSpan('body').end()
      })
      const spans = exported.getFinishedSpans()
      const stream = spans.find(({ attributes }) => attributes['sluice.kind'] === 'stream')
      const parentOf = (name: string) => spans.find((span) => span.name === name)?.parentSpanContext?.spanId
      expect(parentOf('SELECT public.orders')).toBe(stream?.spanContext().spanId)
      expect(parentOf('body')).toBe(parent)
      expect(spans.filter(({ name }) => name === 'body')).toHaveLength(5)
    }
  })

  it('keeps others silent while ours are sent, or has them below', async () => {
    // As others wrap it, and put it back.
    const query = Reflect.get(Client.prototype, 'query') as (...args: unknown[]) => unknown
    // As instrumentation of pg does.
    Client.prototype.query = function (this: Client, ...args: unknown[]) {
      tracer.startSpan('pg').end()
      return Reflect.apply(query, this, args) as never
    }
    try {
      const work = async () => {
        await shop.users.count()
        for await (const _ of shop.users.prefetchRelated('orders').aiterator({ chunkSize: 50 }));
        await shop.users.filter({ id: 1 }).update({ name: 'y' })
      }
      await request(work)
      expect(exported.getFinishedSpans().filter(({ name }) => name === 'pg')).toHaveLength(0)
      stop()
      stop = observe({ tracerProvider, meterProvider: false, suppressOthers: false })
      const parent = await request(() => shop.users.count())
      const [pg] = exported.getFinishedSpans().filter(({ name }) => name === 'pg')
      expect(pg?.parentSpanContext?.spanId).not.toBe(parent)
      expect(pg?.parentSpanContext).toBeDefined()
    } finally {
      Reflect.set(Client.prototype, 'query', query)
    }
  })

  it('has the code of a failure, and none of its values', async () => {
    const email = 'user1@example.com'
    await shop.users.create({ email, name: 'again' }).catch(() => {})
    const [span] = exported.getFinishedSpans()
    expect(span?.status.code).toBe(SpanStatusCode.ERROR)
    expect(span?.attributes).toMatchObject({
      'error.type': 'INTEGRITY_ERROR',
      'db.response.status_code': '23505',
    })
    expect(JSON.stringify([span?.attributes, span?.status, span?.events])).not.toContain(email)
  })

  it('measures by the conventions', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const meterProvider = new MeterProvider({ readers: [reader] })
    const end = observe({ tracerProvider, meterProvider })
    await shop.users.count()
    for await (const _ of shop.users.aiterator());
    end()
    await shop.users.count()
    await meterProvider.forceFlush()
    const found = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    const counts = found.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      // Histograms, all of them.
      dataPoints.map(({ value }) => (value as { count: number }).count),
    ])
    expect(counts).toEqual([
      ['db.client.operation.duration', [2]],
      ['db.client.response.returned_rows', [2]],
      ['db.client.connection.wait_time', [2]],
    ])
    await meterProvider.shutdown()
  })
})
