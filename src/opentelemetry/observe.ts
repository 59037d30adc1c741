import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  context,
  createContextKey,
  metrics,
  SpanStatusCode,
  trace as tracing,
  type Context,
  type MeterProvider,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api'
import type { QueryTrace } from '../trace/query-trace.js'
import { commonAttributes, poolAttributes, resultAttributes, spanOptions } from './attributes.js'

/** How sluice is seen by OpenTelemetry. */
export interface ObserveOptions {
  /** Default: the one that is registered. */
  readonly tracerProvider?: TracerProvider
  /** Default: the one that is registered. `false`: no metrics, where instrumentation of pg has them. */
  readonly meterProvider?: MeterProvider | false
  /** Whether spans have the SQL, which has no operand in its text. Default true. */
  readonly queryText?: boolean
  /**
   * Whether other instrumentation stays silent while our statements are sent: that of pg would make a span of each fetch
   * and control statement. `false` has these as children of ours. Default true.
   */
  readonly suppressOthers?: boolean
}

/** By its name the SDK knows that nothing is to be traced: `suppressTracing` of @opentelemetry/core sets the same. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
/** The context of a span of ours, as it is without that. */
const OURS = createContextKey('sluice')

/** Seconds, as the conventions advise. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/**
 * Makes a span and metrics of each statement of repositories: queries, streams, prefetches, writes. A span is a child of
 * the one that is active where the statement is asked for; a stream's is there from the first step to the end of its loop.
 *
 * ```ts
 * import { observe } from 'sluice/opentelemetry'
 * observe()
 * ```
 *
 * @returns what ends it.
 */
export function observe(options: ObserveOptions = {}): () => void {
  const { tracerProvider, meterProvider, queryText = true, suppressOthers = true } = options
  const tracer = (tracerProvider ?? tracing).getTracer('sluice')
  const record = meterProvider === false ? () => {} : recorder(meterProvider ?? metrics)
  const spans = new WeakMap<QueryTrace, Span>()

  const start = (message: unknown) => {
    // The channel has nothing else.
    const query = message as QueryTrace
    const parent = unsuppressed(context.active())
    const span = tracer.startSpan(`${query.operation} ${query.table}`, spanOptions(query, queryText), parent)
    spans.set(query, span)
    const own = tracing.setSpan(parent, span)
    const around = suppressOthers ? own.setValue(OURS, own).setValue(SUPPRESSED, true) : own
    query.within = (task) => context.with(around, task)
  }
  const over = (message: unknown) => {
    // The channel has nothing else.
    const query = message as QueryTrace
    record(query)
    const span = spans.get(query)
    if (span === undefined) return
    span.setAttributes(resultAttributes(query))
    const { error } = query
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
    span.end()
  }

  subscribe('tracing:sluice:query:start', start)
  subscribe('tracing:sluice:query:asyncEnd', over)
  return () => {
    unsubscribe('tracing:sluice:query:start', start)
    unsubscribe('tracing:sluice:query:asyncEnd', over)
  }
}

function recorder(provider: Pick<MeterProvider, 'getMeter'>): (query: QueryTrace) => void {
  const meter = provider.getMeter('sluice')
  const duration = meter.createHistogram('db.client.operation.duration', {
    description: 'Time in which statements were waited for, without the bodies of loops.',
    unit: 's',
    advice: { explicitBucketBoundaries: BUCKETS },
  })
  const returned = meter.createHistogram('db.client.response.returned_rows', {
    description: 'Rows that statements returned.',
    unit: '{row}',
    advice: { explicitBucketBoundaries: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
  })
  const wait = meter.createHistogram('db.client.connection.wait_time', {
    description: 'Time in which a connection was waited for.',
    unit: 's',
    advice: { explicitBucketBoundaries: BUCKETS },
  })
  return (query) => {
    const { kind, fetchMs, waitMs, rows, error } = query
    const attributes = commonAttributes(query)
    duration.record(fetchMs / 1000, attributes)
    if (kind !== 'write' && error === undefined) returned.record(rows, attributes)
    if (waitMs !== undefined && kind !== 'prefetch') wait.record(waitMs / 1000, poolAttributes(query))
  }
}

/** Within a statement of ours others are silent; ours that belong to it are not. */
function unsuppressed(active: Context): Context {
  // Nobody else sets it.
  return (active.getValue(OURS) as Context | undefined) ?? active
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
