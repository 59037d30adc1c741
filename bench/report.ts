import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Chart } from './charts/chart-data.js'
import { drawChart } from './charts/chart.js'
import type { Skipped } from './contender-list.js'
import { withUnit, type Held } from './must-hold.js'
import type { Section } from './section.js'

/** What a run has found. */
export interface Report {
  readonly held: readonly Held[]
  readonly sections: readonly Section[]
  readonly skipped: readonly Skipped[]
  /** The server, and what else is not pinned by a lock file. */
  readonly software: readonly string[]
  /** "full", "quick" or "tiny". */
  readonly size: string
  readonly seconds: number
}

export const heldHead = ['', 'target', 'measured', 'spread', 'rounds', '']

/** The lines that must hold, as a table. */
export function heldRows(held: readonly Held[]): string[][] {
  return held.map(({ what, unit, bound, target, measured, lowest, highest, rounds, verdict }) => [
    what,
    `${bound} ${withUnit(target, unit)}`,
    measured === null ? '-' : withUnit(measured, unit),
    lowest === null || highest === null || rounds < 2
      ? '-'
      : `${withUnit(lowest, unit)} to ${withUnit(highest, unit)}`,
    String(rounds),
    verdict,
  ])
}

/** Where a report goes. */
export interface ReportFolders {
  /** Of the page, and of a folder beside it with its charts. */
  readonly page: string
  /** Of the page's figures as JSON, and of a folder beside them with every single measurement by section. */
  readonly rounds: string
}

/** Writes a report, and returns the path of its page. */
export async function writeReport(report: Report, folders: ReportFolders): Promise<string> {
  const name = `bench-node${process.versions.node.split('.')[0]}`
  for (const folder of [folders.page, folders.rounds]) await mkdir(join(folder, name), { recursive: true })
  for (const chart of [overview(report), ...report.sections.flatMap(({ charts }) => charts)])
    await writeFile(join(folders.page, name, `${chart.name}.svg`), drawChart(chart))
  for (const { id, title, data } of report.sections)
    await writeJson(join(folders.rounds, name, `${id}.json`), { title, data })
  const sections = report.sections.map(({ id, title, note, head, rows, missing }) => ({
    ...{ id, title, note, head, rows, missing },
    rounds: `${name}/${id}.json`,
  }))
  const { size, seconds, held, skipped } = report
  await writeJson(join(folders.rounds, `${name}.json`), {
    ...{ machine: machine(report), size, seconds, mustHold: held, sections, skipped },
  })
  const path = join(folders.page, `${name}.md`)
  await writeFile(path, markdown(report, name))
  return path
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, null, 1)}\n`)
}

function overview({ held }: Report): Chart {
  return {
    kind: 'targets',
    name: 'must-hold',
    title: 'What must hold',
    unit: 'how far from the target: to the right of the mark it is met',
    held,
  }
}

function machine({ software }: Report): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const hardware = `${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}, ${memory} GB, loopback`
  return [`Node ${process.versions.node}`, ...software, hardware].join(', ')
}

function markdown(report: Report, name: string): string {
  const minutes = (report.seconds / 60).toFixed(1)
  const lines = [
    '# Benchmark',
    '',
    `Written by \`npm run bench\` (${report.size} run, ${minutes} minutes). ${machine(report)}.`,
    'Each contender runs in a process of its own, in turns with the others. Compare within this page only: another',
    'machine, or another day, has other figures. A run leaves every single measurement in `bench/.results/`.',
    '',
  ]
  if (report.size !== 'full') {
    lines.push('A short run: the figures are rough, and the growth of memory is that of warming up.', '')
  }
  lines.push(
    ...['## What must hold', ''],
    'Medians of ratios (or differences) of the same round, and the lowest and highest round. The fastest other Node',
    'cursor is, by its median, the best of those that fetch a bounded number of rows. The time to the first row counts',
    'as met when the middle half of the rounds reaches the target: the difference is smaller than the noise.',
    ...['', ...table(heldHead, heldRows(report.held)), '', image(overview(report), name), ''],
  )
  for (const section of report.sections) {
    const { title, note, head, rows, charts } = section
    lines.push(`## ${title}`, '', note, '', ...table(head, rows), '')
    lines.push(...charts.flatMap((chart) => [image(chart, name), '']))
  }
  const missing = [
    ...report.skipped.map(({ name: who, reason }) => `${who}: ${reason}.`),
    ...report.sections.flatMap((section) => section.missing.map((what) => `${section.title}: ${what}`)),
  ]
  if (missing.length > 0) lines.push('## Missing', '', ...missing.map((what) => `- ${what}`), '')
  return lines.join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = (row: readonly string[]) => `| ${row.join(' | ')} |`
  return [cells(head), cells(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(cells)]
}

const image = ({ title, name }: Chart, folder: string) => `![${title}](${folder}/${name}.svg)`
