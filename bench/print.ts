import Table from 'cli-table3'
import { heldHead, heldRows, type Report } from './report.js'

/** Shows a report on the terminal. */
export function printReport({ held, sections, skipped }: Report): void {
  for (const { title, head, rows } of sections) print(title, head, rows)
  print('What must hold', heldHead, heldRows(held.filter(({ measured }) => measured !== null)))
  for (const { name, reason } of skipped) console.log(`Left out: ${name} (${reason})`)
  for (const what of sections.flatMap(({ missing }) => missing)) console.log(`Failed: ${what}`)
}

function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  })
  table.push(...rows.map((row) => [...row]))
  console.log(`\n${title}\n${table.toString()}`)
}
