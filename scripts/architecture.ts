import { card, ink, ours, rect, round, rule, text, width } from '../bench/charts/svg.js'
import { importsByFile, layerOf, layers } from './imports.js'

const box = { width: 72, height: 20, right: 12 }
const margin = 16
const top = 78
const rowHeight = 34

/**
 * Draws the layers of `src` as they import each other, the highest first. An arrow leaves its folder to the right, and
 * falls on what is imported; where it turns is the number of imports.
 */
export function drawArchitecture(): string {
  const counts = countImports()
  const boxes = layers.filter((layer) => counts.has(layer)).reverse()
  const step = (width - 2 * margin - box.width) / Math.max(1, boxes.length - 1)
  const x = (index: number) => margin + box.width - box.right + index * step
  const y = (index: number) => top + index * rowHeight
  const count = (from: number, to: number) => counts.get(boxes[from] ?? '')?.get(boxes[to] ?? '') ?? 0
  const indexes = [...boxes.keys()]
  const drawn = boxes.flatMap((layer, index) => {
    const imported = indexes.filter((to) => to > index && count(index, to) > 0)
    const importers = indexes.filter((from) => from < index && count(from, index) > 0)
    return [
      ...lineAcross(x(index) + box.right, x(imported.at(-1) ?? index), y(index)),
      ...(importers[0] === undefined ? [] : arrowDown(x(index), y(importers[0]), y(index) - box.height / 2)),
      ...folder(layer.replace('src/', ''), x(index), y(index)),
    ]
  })
  const numbers = indexes.flatMap((from) =>
    indexes
      .filter((to) => to > from && count(from, to) > 0)
      .flatMap((to) => pill(String(count(from, to)), x(to), y(from))),
  )
  const bottom = y(boxes.length - 1)
  const legend = [
    'A row: what a folder imports.',
    'A column: who imports it.',
    'A number: by how many imports.',
  ].map((words, index) => text(margin, bottom - 24 + index * 16, words))
  const [title, note] = [
    'The layers of src, drawn from the imports',
    'Each imports only what is further down.',
  ]
  return card(title, note, bottom + rowHeight, [...drawn, ...numbers, ...legend])
}

/** How many imports there are, by importing and imported layer. */
function countImports(): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>()
  for (const [file, imports] of importsByFile()) {
    const importer = layerOf(file)
    if (importer === undefined) continue
    const row = counts.get(importer) ?? new Map<string, number>()
    counts.set(importer, row)
    for (const imported of imports.map(layerOf))
      if (imported !== undefined) row.set(imported, (row.get(imported) ?? 0) + 1)
  }
  return counts
}

const stroke = `stroke="${ink.line}"`

function lineAcross(from: number, to: number, y: number): string[] {
  return to > from ? [rule(from, y, to, y, stroke)] : []
}

function arrowDown(x: number, from: number, to: number): string[] {
  const corner = (dx: number, dy: number) => `${round(x + dx)},${round(to + dy)}`
  const head = `<polygon points="${corner(0, 0)} ${corner(-4, -7)} ${corner(4, -7)}" fill="${ink.line}"/>`
  return [rule(x, from, x, to - 4, stroke), head]
}

function folder(name: string, x: number, y: number): string[] {
  const left = x + box.right - box.width
  return [
    rect(left, y - box.height / 2, box.width, box.height, `rx="4" fill="${ours}"`),
    text(left + box.width / 2, y + 4, name, 'text-anchor="middle" font-size="11" fill="#ffffff"'),
  ]
}

function pill(count: string, x: number, y: number): string[] {
  const wide = 10 + 6 * count.length
  return [
    rect(x - wide / 2, y - 7.5, wide, 15, `rx="7.5" fill="#ffffff" ${stroke}`),
    text(x, y + 3.5, count, `text-anchor="middle" font-size="10" fill="${ink.title}"`),
  ]
}
