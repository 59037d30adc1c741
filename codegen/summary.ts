import type { GenerateResult } from './generate.js'
import type { Changes } from './write/changes.js'

/** One line on what was found and written, and one for each thing the user might not expect. */
export function summary({ model, changes, seconds }: GenerateResult, out: string): string {
  const views = model.tables.filter((table) => !table.writable).length
  const counts = [
    count(model.tables.length - views, 'table'),
    count(views, 'view'),
    count(model.enums.length, 'enum'),
    ...(model.composites.length > 0 ? [count(model.composites.length, 'composite type')] : []),
    `${model.skipped.length} skipped`,
    `${model.renamed.length} renamed`,
  ]
  const written = changes.added.length + changes.changed.length
  const files = [
    `${count(written, 'file')} written`,
    ...(changes.removed.length > 0 ? [`${changes.removed.length} removed`] : []),
    `${changes.unchanged.length} unchanged`,
  ]
  return [
    `${counts.join(', ')} → ${out}: ${files.join(', ')} in ${seconds.toFixed(1)} s`,
    ...model.skipped.map(({ schema, name, reason }) => `  skipped ${schema}.${name}: ${reason}`),
    ...model.renamed.map(({ from, to }) => `  renamed ${from} to ${to}`),
  ].join('\n')
}

/** What `--check` found, for a folder that is not up to date. */
export function outdated(changes: Changes, out: string): string {
  return [
    `${out} is not up to date with the schema:`,
    ...changes.added.map((name) => `  added    ${name}`),
    ...changes.changed.map((name) => `  changed  ${name}`),
    ...changes.removed.map((name) => `  removed  ${name}`),
    'Run the generator without --check and commit what it writes.',
  ].join('\n')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
