'use strict'
const { trace } = require('@opentelemetry/api')
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base')

module.exports = async (exercise) => {
  const exporter = new InMemorySpanExporter()
  const instrumentation = new PgInstrumentation({
    addSqlCommenterCommentToQueries: process.env.COMMENTS === 'yes',
    enhancedDatabaseReporting: true,
    requireParentSpan: true,
  })
  new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    instrumentations: [instrumentation],
  }).start()
  await trace.getTracer('test').startActiveSpan('root', async (span) => {
    await exercise(require('pg'))
    span.end()
  })
  const names = exporter.getFinishedSpans().map(({ name }) => name.split(' ')[0])
  for (const name of ['pg.query:SELECT', 'pg.query:BEGIN', 'pg.query:COMMIT']) {
    if (!names.includes(name))
      throw new Error(`There is no span ${name} among ${[...new Set(names)].join(', ')}.`)
  }
}
