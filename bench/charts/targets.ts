import { margin, withUnit, type Held } from '../must-hold.js'
import type { TargetChart } from './chart-data.js'
import { card, ink, ours, rect, rule, text, width } from './svg.js'

const top = 78
const step = 44
const barHeight = 12
const left = 16
const right = width - 190
/** Margins beyond this are drawn as this. */
const mostShown = 2.5
const missed = '#c2410c'

/** Draws for each line how far it is from its target: to the right of the mark it is met. */
export function drawTargets({ title, unit, held }: TargetChart): string {
  const measured = held.filter((each) => each.measured !== null)
  const x = (value: number) => left + (Math.min(value, mostShown) / mostShown) * (right - left)
  const bottom = top + measured.length * step
  const mark = (y: number) => rule(x(1), y + 12, x(1), y + 28, `stroke="${ink.title}" stroke-width="2"`)
  const drawn = measured.flatMap((each, index) => {
    const y = top + index * step + 6
    const color = each.verdict === 'met' ? ours : missed
    return [
      text(left, y + 8, each.what, `fill="${ink.title}"`),
      rect(left, y + 14, x(margin(each)) - left, barHeight, `rx="2" fill="${color}"`),
      mark(y),
      text(right + 10, y + 24, figure(each), `fill="${color}" font-weight="600"`),
      text(right + 10, y + 8, `${each.bound} ${withUnit(each.target, each.unit)}`),
    ]
  })
  return card(title, unit, bottom + 8, [text(x(1), top - 6, 'target', 'text-anchor="middle"'), ...drawn])
}

function figure({ measured, unit, verdict }: Held): string {
  return `${withUnit(measured ?? NaN, unit)}, ${verdict}`
}
