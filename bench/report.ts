import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Skipped } from './contender-list.js'
import { drawChart } from './chart.js'
import type { Section } from './section.js'

/** What a run has found. */
export interface Report {
  readonly sections: readonly Section[]
  readonly skipped: readonly Skipped[]
  readonly server: string
  /** "full", "quick" or "tiny". */
  readonly size: string
  readonly seconds: number
}

/** Writes a report as Markdown, JSON and SVG charts; returns the path of the Markdown. */
export async function writeReport(report: Report, folder: string): Promise<string> {
  const name = `bench-node${process.versions.node.split('.')[0]}`
  await mkdir(folder, { recursive: true })
  const charts = report.sections.flatMap((section) => section.charts)
  for (const chart of charts) await writeFile(join(folder, `${name}-${chart.name}.svg`), drawChart(chart))
  const data = { machine: machine(report), ...report }
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(data, null, 1)}\n`)
  const path = join(folder, `${name}.md`)
  await writeFile(path, markdown(report, name))
  return path
}

function machine({ server }: Report): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `Node ${process.versions.node}, ${server}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}, ${memory} GB, loopback`
}

function markdown(report: Report, name: string): string {
  const minutes = (report.seconds / 60).toFixed(1)
  const lines = [
    '# Benchmark',
    '',
    `Written by \`npm run bench\` (${report.size} run, ${minutes} minutes). ${machine(report)}.`,
    'Each contender runs in a process of its own, in turns with the others. Compare within this page only: another',
    'machine, or another day, has other figures.',
    '',
  ]
  if (report.size !== 'full') lines.push('A short run: the figures are rough.', '')
  for (const section of report.sections) lines.push(...sectionLines(section, name))
  const missing = [
    ...report.skipped.map(({ name: who, reason }) => `${who}: ${reason}.`),
    ...report.sections.flatMap((section) => section.missing.map((what) => `${section.title}: ${what}`)),
  ]
  if (missing.length > 0) lines.push('## Missing', '', ...missing.map((what) => `- ${what}`), '')
  return lines.join('\n')
}

function sectionLines(section: Section, name: string): string[] {
  const cells = (row: readonly string[]) => `| ${row.join(' | ')} |`
  return [
    `## ${section.title}`,
    '',
    section.note,
    '',
    cells(section.head),
    cells(section.head.map((_, index) => (index === 0 ? '---' : '--:'))),
    ...section.rows.map(cells),
    '',
    ...section.charts.flatMap((chart) => [`![${chart.title}](${name}-${chart.name}.svg)`, '']),
  ]
}
