import { median, quantile } from './statistics.js'

const nodeMajor = Number(process.versions.node.split('.')[0])

type Unit = '×' | 'MB' | 'ms' | ''

/** What is promised of one figure. */
interface Line {
  readonly what: string
  readonly unit: Unit
  readonly bound: 'at least' | 'at most'
  /** By Node's major version. */
  readonly targets: { readonly 20: number; readonly 24: number }
  /** Noise is larger than the difference: it is met when the middle half of the rounds reaches the target. */
  readonly withinSpread?: true
}

const line = (
  what: string,
  unit: Unit,
  bound: Line['bound'],
  on20: number,
  on24 = on20,
  withinSpread?: true,
): Line => ({ what, unit, bound, targets: { 20: on20, 24: on24 }, ...(withinSpread && { withinSpread }) })

const memory = 'peak memory against pg-cursor at the same chunk size'
const growth = 'growth of peak memory with the number of rows'
const byHand = 'parents/s against a query per chunk by hand on pg-cursor'
const firstRow = 'time to first row against pg-cursor'

/** The lines, by what tells of them. */
const lines = {
  batches: line(
    'aiterator, batches of 500: rows/s against the fastest other Node cursor',
    '×',
    'at least',
    2.5,
    2.3,
  ),
  kysely: line('aiterator, rows: rows/s against Kysely stream', '×', 'at least', 3, 2.3),
  sync: line('iterator, rows: rows/s against the fastest other Node cursor', '×', 'at least', 2.3, 1.9),
  django: line('aiterator, rows: rows/s against Django iterator', '×', 'at least', 4, 5),
  copy: line('aiterator, batches of 500: wall time against COPY, thrown away', '×', 'at most', 1.5, 1.25),
  memoryBatches: line(`aiterator, batches of 500: ${memory}`, '×', 'at most', 1.1),
  memoryRows: line(`aiterator, rows: ${memory}`, '×', 'at most', 1.1),
  memorySync: line(`iterator, rows: ${memory}`, '×', 'at most', 2),
  growthBatches: line(`aiterator, batches of 500: ${growth}`, 'MB', 'at most', 10),
  growthRows: line(`aiterator, rows: ${growth}`, 'MB', 'at most', 10),
  growthSync: line(`iterator, rows: ${growth}`, 'MB', 'at most', 10),
  large: line('aiterator, rows of 100 kB, no options: memory over idle', 'MB', 'at most', 100),
  largeSync: line('iterator, rows of 100 kB, no options: memory over idle', 'MB', 'at most', 100),
  readAhead: line(
    'a timer per chunk as long as its fetch: wall with read-ahead against without',
    '×',
    'at most',
    0.65,
  ),
  firstRow: line(`aiterator, same chunk size: ${firstRow}`, '×', 'at most', 1, 1, true),
  firstRowDefaults: line(`aiterator, no options: ${firstRow}`, '×', 'at most', 1, 1, true),
  breathing: line('event loop held, 99 of 100 turns, the worst of four loads', 'ms', 'at most', 20),
  distance5: line(
    'aiterator, batches of 500, no options: rows/s at 5 ms one way against none',
    '×',
    'at least',
    0.8,
  ),
  distance25: line(
    'aiterator, batches of 500, no options: rows/s at 25 ms one way against none',
    '×',
    'at least',
    0.6,
  ),
  distanceMemory: line(
    'aiterator, batches of 500, no options: peak memory far away beyond that of near',
    'MB',
    'at most',
    16,
  ),
  distancePrefetch5: line(`prefetch while streaming, 5 ms one way: ${byHand}`, '×', 'at least', 1.5),
  distancePrefetch25: line(`prefetch while streaming, 25 ms one way: ${byHand}`, '×', 'at least', 1.5),
  copyIn: line(
    'bulkCreate of an iterable: rows/s against COPY FROM STDIN with text made by hand',
    '×',
    'at least',
    0.8,
  ),
  growthCopyIn: line(`bulkCreate of an iterable: ${growth}`, 'MB', 'at most', 16),
  prefetch: line(`prefetch while streaming: ${byHand}`, '×', 'at least', 1.5),
  getKysely: line('get by key, 10 at once: calls/s against Kysely', '×', 'at least', 1),
  getPostgres: line('get by key, 10 at once: calls/s against postgres.js', '×', 'at least', 1),
  getCpu: line('get by key, 10 at once: CPU per call against pg', '×', 'at most', 1.6),
  rowsPg: line('20 rows by range, 10 at once: calls/s against pg', '×', 'at least', 1.2),
  rowsPostgres: line('20 rows by range, 10 at once: calls/s against postgres.js', '×', 'at least', 1),
  createKysely: line('create, 10 at once: calls/s against Kysely', '×', 'at least', 1),
  updateKysely: line('update of a row, 10 at once: calls/s against Kysely', '×', 'at least', 1),
  pageFastest: line(
    'a page of 20 rows with two relations, 10 at once: calls/s against the fastest peer',
    '×',
    'at least',
    1.2,
  ),
  coldImport: line('importing sluice, beyond pg and Kysely', 'ms', 'at most', 25),
  coldIterator: line(
    "first row of a process's first iterator(), beyond that of its first aiterator()",
    'ms',
    'at most',
    80,
  ),
  typeChecking: line('type-checking 500 tables and their loops: instantiations', '', 'at most', 200_000),
} satisfies Record<string, Line>

/** One of the lines. */
export type LineId = keyof typeof lines

/** What was measured of a line: a value per round. */
export interface Finding {
  readonly line: LineId
  readonly values: readonly number[]
  /** Whom it was measured against, where that is not named already. */
  readonly against?: string
}

/** A line with what was measured of it. */
export interface Held {
  readonly line: LineId
  readonly what: string
  readonly unit: Unit
  readonly bound: Line['bound']
  readonly target: number
  readonly rounds: number
  /** Null where nothing was measured: the median, the lowest and the highest round. */
  readonly measured: number | null
  readonly lowest: number | null
  readonly highest: number | null
  readonly verdict: 'met' | 'missed' | 'not measured'
}

/** What a line promises on a version of Node; without one of its own, the nearest's counts. */
export function targetOf(id: LineId, major = nodeMajor): number {
  return lines[id].targets[major < 22 ? 20 : 24]
}

/** Every line, measured or not, with the targets of the nearest Node version that has some. */
export function mustHold(findings: readonly Finding[], major = nodeMajor): Held[] {
  return Object.entries<Line>(lines).map(([id, { what, unit, bound, withinSpread }]) => {
    const finding = findings.find((each) => each.line === id)
    const values = finding?.values.filter((value) => !Number.isNaN(value)) ?? []
    const against = finding?.against === undefined ? '' : ` (${finding.against})`
    // A key of the object above.
    const line = id as LineId
    const target = targetOf(line, major)
    const head = { line, what: what + against, unit, bound, target, rounds: values.length }
    if (values.length === 0)
      return { ...head, measured: null, lowest: null, highest: null, verdict: 'not measured' }
    const measured = median(values)
    const judged = withinSpread ? quantile(values, 0.25) : measured
    const isMet = bound === 'at least' ? judged >= target : judged <= target
    const [lowest, highest] = [Math.min(...values), Math.max(...values)]
    return { ...head, measured, lowest, highest, verdict: isMet ? 'met' : 'missed' }
  })
}

/** A figure with its unit. */
export function withUnit(value: number, unit: Unit): string {
  if (unit === '×') return `${value.toFixed(2)} ×`
  return `${value.toLocaleString('en-US', { maximumFractionDigits: unit === '' ? 0 : 1 })} ${unit}`.trimEnd()
}

/** How far on the right side of its target a line is: 1 is just met, 2 twice as good. */
export function margin({ bound, measured, target }: Held): number {
  if (measured === null) return NaN
  if (bound === 'at least') return measured / target
  return measured <= 0 ? Infinity : target / measured
}
