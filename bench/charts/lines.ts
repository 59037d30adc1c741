import { entrants, isOurs } from '../contender-list.js'
import type { LineChart } from './chart-data.js'
import { card, ink, round, rule, shown, text, width } from './svg.js'

type Line = LineChart['lines'][number]

const height = 400
const area = { left: 64, right: width - 250, top: 64, bottom: height - 52 }
const labelHeight = 16

const ourColors = ['#1d4ed8', '#3b82f6', '#0369a1', '#0ea5e9', '#6366f1', '#7c3aed']
const otherColors = ['#b45309', '#be185d', '#047857', '#4b5563', '#7c2d12', '#a16207', '#9f1239', '#3f6212']
const dashes = ['', '7 3', '2 3', '9 3 2 3']

/** Draws lines over a logarithmic axis, each named at its end. */
export function drawLines({ title, unit, axis, lines }: LineChart): string {
  const points = lines.flatMap((line) => line.points)
  const xs = [...new Set(points.map(({ x }) => x))].toSorted((a, b) => a - b)
  const most = Math.max(0, ...points.map(({ y }) => y).filter((y) => !Number.isNaN(y)))
  const ticks = ticksUpTo(most)
  const scale = {
    x: (x: number) => area.left + share(x, xs) * (area.right - area.left),
    y: (y: number) => area.bottom - (y / (ticks.at(-1) ?? 1)) * (area.bottom - area.top),
  }
  const grid = ticks.flatMap((tick) => [
    rule(area.left, scale.y(tick), area.right, scale.y(tick), `stroke="${ink.faint}"`),
    text(area.left - 8, scale.y(tick) + 4, shown(tick), 'text-anchor="end"'),
  ])
  const names = xs.map((x) =>
    text(scale.x(x), area.bottom + 18, x.toLocaleString('en-US'), 'text-anchor="middle"'),
  )
  const axisName = text((area.left + area.right) / 2, area.bottom + 38, axis, 'text-anchor="middle"')
  const styled = style(lines)
  const drawn = styled.flatMap((line) => {
    const known = line.points.filter(({ y }) => !Number.isNaN(y))
    const path = known.map(
      ({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(scale.x(x))} ${round(scale.y(y))}`,
    )
    const dash = line.dash && ` stroke-dasharray="${line.dash}"`
    return [
      `<path d="${path.join(' ')}" fill="none" stroke="${line.color}" stroke-width="${line.ours ? 2.5 : 1.75}"${dash}/>`,
      ...known.map(
        ({ x, y }) =>
          `<circle cx="${round(scale.x(x))}" cy="${round(scale.y(y))}" r="3" fill="${line.color}"/>`,
      ),
    ]
  })
  return card(title, unit, height, [...grid, ...names, axisName, ...drawn, ...labels(styled, scale)])
}

/** Where a value lies between the first and the last, by its logarithm. */
function share(x: number, xs: readonly number[]): number {
  const [first = 1, last = 1] = [xs[0], xs.at(-1)]
  return first === last ? 0.5 : Math.log(x / first) / Math.log(last / first)
}

function ticksUpTo(most: number): number[] {
  const rough = (most || 1) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5].find((each) => each * power >= rough) ?? 10) * power
  return Array.from({ length: Math.ceil((most || 1) / step) + 1 }, (_, index) => index * step)
}

type Styled = Line & { readonly color: string; readonly dash: string }

/** A contender looks the same in every chart. */
function style(lines: readonly Line[]): Styled[] {
  const everyone = Object.values(entrants)
  return lines.map((line) => {
    const alike = everyone.filter((each) => isOurs(each) === line.ours)
    const index = Math.max(
      0,
      alike.findIndex(({ name }) => name === line.label),
    )
    const colors = line.ours ? ourColors : otherColors
    return {
      ...line,
      color: colors[index % colors.length] ?? ink.text,
      dash: dashes[index % dashes.length] ?? '',
    }
  })
}

/** Names beside the ends of the lines, pushed apart where they would overlap. */
function labels(lines: readonly Styled[], scale: Record<'x' | 'y', (value: number) => number>): string[] {
  const ends = lines
    .flatMap((line) => {
      const end = line.points.findLast(({ y }) => !Number.isNaN(y))
      return end === undefined ? [] : [{ line, x: scale.x(end.x), end: scale.y(end.y), y: scale.y(end.y) }]
    })
    .toSorted((a, b) => a.y - b.y)
  let lowest = area.top - labelHeight
  for (const each of ends) lowest = each.y = Math.max(each.y, lowest + labelHeight)
  let highest = area.bottom + labelHeight
  for (const each of ends.toReversed()) highest = each.y = Math.min(each.y, highest - labelHeight)
  return ends.flatMap(({ line, x, end, y }) => [
    rule(x + 5, end, area.right + 14, y, `stroke="${line.color}" stroke-width="0.75" opacity="0.5"`),
    text(area.right + 18, y + 4, line.label, `fill="${line.color}"${line.ours ? ' font-weight="600"' : ''}`),
  ])
}
