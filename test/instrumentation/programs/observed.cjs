'use strict'
const assert = require('node:assert')
const { trace } = require('@opentelemetry/api')
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base')

/** The instrumentation of pg beside that of sluice: each statement has one span. */
module.exports = async (exercise) => {
  const exporter = new InMemorySpanExporter()
  new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    instrumentations: [new PgInstrumentation({ requireParentSpan: true })],
  }).start()
  require('sluice/opentelemetry').observe()
  await trace.getTracer('test').startActiveSpan('root', async (span) => {
    await exercise(require('pg'))
    span.end()
  })
  const spans = exporter.getFinishedSpans()
  const ours = spans.filter(({ name }) => name.endsWith(' public.numbers'))
  const theirs = spans.filter(({ name }) => name.startsWith('pg.query'))
  for (const kind of ['stream', 'query', 'write']) {
    assert.ok(
      ours.some(({ attributes }) => attributes['sluice.kind'] === kind),
      `There is no span of a ${kind}.`,
    )
  }
  assert.ok(theirs.length > 0, 'Free-hand SQL has no span.')
  const doubled = theirs.filter(({ attributes }) =>
    /from "public"\."numbers"/.test(attributes['db.statement'] ?? attributes['db.query.text']),
  )
  assert.deepEqual(
    doubled.map(({ name, attributes }) => [name, attributes]),
    [],
  )
  const isOfOurs = new Set(ours.map((each) => each.spanContext().spanId))
  const below = theirs.filter(({ parentSpanContext, parentSpanId }) =>
    isOfOurs.has(parentSpanContext?.spanId ?? parentSpanId),
  )
  assert.deepEqual(
    below.map(({ name }) => name),
    [],
  )
}
