import { isOurs, type Entrant } from '../contender-list.js'
import { figures, type Series } from '../interleave.js'
import type { Measurement } from '../measure.js'
import { median } from '../statistics.js'
import { drawBars } from './bars.js'
import type { BarChart, Chart } from './chart-data.js'
import { drawLines } from './lines.js'
import { drawTargets } from './targets.js'

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
