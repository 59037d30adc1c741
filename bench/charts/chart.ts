import { isOurs, type Entrant } from '../contender-list.js'
import { figures, type Series } from '../interleave.js'
import type { Measurement } from '../measure.js'
import type { Held } from '../must-hold.js'
import { median } from '../statistics.js'
import { drawBars } from './bars.js'
import { drawLines } from './lines.js'
import { drawTargets } from './targets.js'

interface Titled {
  /** File name, without its ending. */
  readonly name: string
  readonly title: string
  readonly unit: string
}

/** Horizontal bars, each with its figure. */
export interface BarChart extends Titled {
  readonly kind: 'bars'
  readonly bars: readonly { readonly label: string; readonly value: number; readonly ours: boolean }[]
}

/** Lines over a logarithmic axis. */
export interface LineChart extends Titled {
  readonly kind: 'lines'
  /** What the horizontal axis tells. */
  readonly axis: string
  readonly lines: readonly {
    readonly label: string
    readonly ours: boolean
    /** A point whose y is NaN was not measured. */
    readonly points: readonly { readonly x: number; readonly y: number }[]
  }[]
}

/** How far the lines that must hold are from their targets. */
export interface TargetChart extends Titled {
  readonly kind: 'targets'
  readonly held: readonly Held[]
}

export type Chart = BarChart | LineChart | TargetChart

/** Draws it as SVG, on a card of its own that is readable on a light and on a dark page. */
export function drawChart(chart: Chart): string {
  if (chart.kind === 'bars') return drawBars(chart)
  return chart.kind === 'lines' ? drawLines(chart) : drawTargets(chart)
}

/** A bar for the median of each contender. */
export function barChart<C extends Pick<Entrant, 'name' | 'module'>>(
  name: string,
  title: string,
  unit: string,
  series: readonly Series<C>[],
  of: (round: Measurement) => number,
): BarChart {
  const bars = series.map((each) => ({
    label: each.contender.name,
    value: median(figures(each, of)),
    ours: isOurs(each.contender),
  }))
  return { kind: 'bars', name, title, unit, bars: bars.filter(({ value }) => !Number.isNaN(value)) }
}
