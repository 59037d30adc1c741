export const width = 800

/** Colours with enough contrast on the card; ours are blue everywhere. */
export const ink = { title: '#111827', text: '#4b5563', faint: '#e5e7eb', line: '#9ca3af' }
export const ours = '#1d4ed8'
export const others = '#a3acb9'

/** The card, its title and the unit below it. */
export function card(title: string, unit: string, height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" fill="${ink.text}" ` +
      `role="img" aria-label="${escaped(title)}">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6" fill="#ffffff" stroke="${ink.faint}"/>`,
    text(16, 26, title, `font-size="15" font-weight="600" fill="${ink.title}"`),
    text(16, 44, unit),
    ...content,
    '</svg>\n',
  ].join('\n')
}

export function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`
}

export function rect(x: number, y: number, wide: number, high: number, attributes: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(wide)}" height="${round(high)}" ${attributes}/>`
}

export function rule(x1: number, y1: number, x2: number, y2: number, attributes: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${attributes}/>`
}

/** As short as it stays exact enough. */
export function shown(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
}

export function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
