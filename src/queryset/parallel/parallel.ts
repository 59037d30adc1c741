import { abortable } from '../../kysely/abortable.js'
import type { Binding } from '../../kysely/handle.js'
import { refuseOnOther } from '../../kysely/others/engine.js'
import { NO_CHUNKS, RowStream, type AsyncRows, type Chunks } from '../../iterate/async-rows.js'
import { ChunkSource } from '../../iterate/chunk-source.js'
import type { QueryState } from '../../query/state.js'
import type { IteratorOptions } from '../../request.js'
import type { CallSite } from '../calls/call-site.js'
import { refuseLockOutsideTransaction } from '../lock-check.js'
import { partitionsInOrder, refuseUnordered } from '../partition/in-order.js'
import { partitionsOf, wayOf } from '../partition/partitions.js'
import { explain, iterationOf, traceOf } from '../read.js'
import { statementOf } from '../run.js'
import {
  heldParting,
  refuseOneConnection,
  refuseSmallPool,
  type ParallelOptions,
  type Parting,
} from './options.js'
import { PartChunks } from './part-chunks.js'
import { TracedChunks } from './traced-chunks.js'

/**
 * Streams the parts of a queryset's rows at once; nothing is sent before the first step.
 *
 * @throws {@link OptionError}; {@link UsageError} for what cannot be read in parts or on several connections.
 */
export function parallelRows(
  binding: Binding,
  state: QueryState,
  options: ParallelOptions,
  site: CallSite,
): AsyncRows<unknown> {
  const { parting, stream } = heldParting(options)
  const { concurrency, isOrdered } = parting
  wayOf(state, parting.by, 'parallel')
  if (isOrdered) refuseUnordered(state)
  refuseOnOther(binding.engine, 'parallel()', 'each part has a connection of the pool to itself')
  refuseOneConnection(binding)
  if (state.lock !== undefined) refuseLockOutsideTransaction(binding)
  refuseSmallPool(binding.engine, concurrency)
  const whole = statementOf(state)
  const delivered = new Float64Array(1)
  const iteration = iterationOf(binding, whole, stream, delivered, false)
  const { signal } = iteration.options
  const { settings } = iteration.request.options
  const explainAt = (error: unknown): unknown => {
    const explained = iteration.explain(error)
    site.addTo(explained)
    return explained
  }
  const open = partOpener(iteration.request.maxBytes, parting, stream, delivered)
  // Each part has a trace of its own.
  return new RowStream({ ...iteration, explain: explainAt, trace: () => undefined }, () => {
    if (state.none) return NO_CHUNKS
    return new PartChunks<QueryState>({
      ...{ binding, concurrency, isOrdered, signal, open, lane: { settings } },
      partsIn: (lane, signal) => abortable(lane, { signal }, (binding) => partsIn(binding, state, parting)),
    })
  })
}

/** Those that may have rows. */
async function partsIn(
  lane: Binding,
  state: QueryState,
  { partitions, isOrdered, by }: Parting,
): Promise<QueryState[]> {
  const parts = isOrdered
    ? await partitionsInOrder(lane, state, partitions)
    : await partitionsOf(lane, state, partitions, by)
  return parts.map((part) => part.state).filter(({ none }) => !none)
}

/** What opens the stream of a part, with its share of what all may hold. */
function partOpener(
  maxBytes: number,
  { concurrency }: Parting,
  { batchYieldSize: _batches, settings: _settings, onProgress: _progress, ...options }: IteratorOptions,
  delivered: Float64Array,
): (lane: Binding, part: QueryState, signal: AbortSignal) => Chunks<unknown> {
  const share = Math.max(1, Math.floor(maxBytes / concurrency))
  return (lane, part, signal) => {
    const read = statementOf(part)
    const { query, reader, prefetch } = read
    const { request } = iterationOf(lane, read, { ...options, maxBytes: share, signal }, delivered, false)
    const trace = traceOf(lane, read, 'stream')
    const source = new ChunkSource(lane, { query, reader, request, signal, prefetch, trace })
    return new TracedChunks(source, trace, (error) =>
      explain({ ...read, sql: query.sql }, error, delivered[0] ?? 0),
    )
  }
}
