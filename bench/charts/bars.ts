import type { BarChart } from './chart-data.js'
import { card, ink, others, ours, rect, shown, text, width } from './svg.js'

const left = 275
const right = 80
const top = 58
const barHeight = 18
const step = barHeight + 7

/** Draws bars in the order they are given. */
export function drawBars({ title, unit, bars }: BarChart): string {
  const most = Math.max(0, ...bars.map(({ value }) => value))
  const drawn = bars.flatMap((bar, index) => {
    const y = top + index * step
    const length = most > 0 ? (bar.value / most) * (width - left - right) : 0
    const baseline = y + barHeight / 2 + 4
    const strong = bar.ours ? `fill="${ink.title}" font-weight="600"` : ''
    return [
      text(left - 8, baseline, bar.label, `text-anchor="end" ${strong}`.trim()),
      rect(left, y, length, barHeight, `rx="2" fill="${bar.ours ? ours : others}"`),
      text(left + length + 6, baseline, shown(bar.value), strong),
    ]
  })
  return card(title, unit, top + bars.length * step + 10, drawn)
}
