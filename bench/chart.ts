/** A chart of horizontal bars. */
export interface Chart {
  /** File name, without its ending. */
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly bars: readonly { readonly label: string; readonly value: number; readonly ours: boolean }[]
}

const width = 760
const labelWidth = 250
const valueWidth = 90
const barHeight = 18
const gap = 7
const top = 48

/** Draws it as SVG, readable on a light and on a dark page. Bars need no library. */
export function drawChart({ title, unit, bars }: Chart): string {
  const most = Math.max(...bars.map(({ value }) => value))
  const drawn = bars.map(({ label, value, ours }, index) => {
    const y = top + index * (barHeight + gap)
    const length = most > 0 ? (value / most) * (width - labelWidth - valueWidth) : 0
    const middle = y + barHeight / 2 + 4
    return [
      `<text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" ` +
        `fill="${ours ? '#2f6feb' : '#9aa4b2'}"/>`,
      `<text x="${(labelWidth + length + 6).toFixed(1)}" y="${middle}">${shown(value)}</text>`,
    ].join('\n')
  })
  const height = top + bars.length * (barHeight + gap) + 8
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `font-family="system-ui, sans-serif" font-size="12" fill="#4b5563" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="22" font-size="15" font-weight="600" fill="#111827">${escaped(title)}</text>`,
    `<text x="12" y="39">${escaped(unit)}</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function shown(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
