import { posix } from 'node:path'
import { qualifiedName } from '../src/schema/qualified-name.js'
import type { GenerateResult } from './generate.js'
import { groupBy } from './group-by.js'
import type { Skipped } from './introspect/catalog.js'
import type { Renamed } from './model/database-model.js'
import { nameList } from './name-list.js'
import { printable } from './printable.js'
import type { LeftOut } from './sql-script/index.js'
import { isUpToDate } from './write/changes.js'
import { patchOf } from './write/patch.js'
import { isPageUpToDate } from './write/page.js'

/** At most this many names follow one reason. */
const SHOWN = 8
const FUNCTIONS_SHOWN = 24

/** What was found and written, and a line for each thing the user might not expect. */
export function summary({ model, changes, page, leftOut, seconds }: GenerateResult, out: string): string {
  const { tables, functions, enums, composites, skipped, renamed, unreached, notes } = model
  const views = tables.filter((table) => !table.writable).length
  const relations = tables.reduce((sum, table) => sum + table.relations.length, 0)
  const counts = [
    count(tables.length - views, 'table'),
    count(views, 'view'),
    count(relations, 'relation'),
    count(enums.length, 'enum'),
    ...(composites.length > 0 ? [count(composites.length, 'composite type')] : []),
    ...(functions.length > 0 ? [count(functions.length, 'function')] : []),
    `${renamed.length} renamed`,
    `${skipped.length} skipped`,
  ]
  const written = changes.added.length + changes.changed.length
  const files = [
    `${count(written, 'file')} written`,
    ...(changes.removed.length > 0 ? [`${changes.removed.length} removed`] : []),
    `${changes.unchanged.length} unchanged`,
  ]
  const pageLine =
    page &&
    `  ${page.path} ${isPageUpToDate(page) ? 'is unchanged' : page.present === undefined ? 'is new' : 'has changed'}`
  return [
    `${counts.join(', ')} → ${out}: ${files.join(', ')} in ${seconds.toFixed(1)} s`,
    ...nameList(tables, out),
    ...(functions.length > 0
      ? [
          `  functions: ${listed(
            functions.map(({ names }) => names.property),
            FUNCTIONS_SHOWN,
          )}`,
        ]
      : []),
    ...(pageLine === undefined ? [] : [pageLine]),
    ...notes.map((note) => `  ${note}`),
    ...renamedLines(renamed),
    ...unreached.map(
      ({ name, sent }) =>
        `  ${name} cannot be named with CamelCasePlugin, which sends ${JSON.stringify(sent)} in its place`,
    ),
    ...[...groupBy(skipped, ({ reason }) => reason)].map(skippedLine),
    ...leftOut.map(leftOutLine),
  ]
    .map(printable)
    .join('\n')
}

/** What `--check` found where something is not up to date. */
export function outdated({ changes, page }: GenerateResult, out: string): string {
  const texts = [...changes.texts].map(([name, text]) => [posix.join(out, name), text] as const)
  const isPageStale = page !== undefined && !isPageUpToDate(page)
  const pageText =
    isPageStale && page.present !== undefined
      ? [[page.path, { present: page.present, wanted: page.wanted }] as const]
      : []
  const patch = patchOf([...texts, ...pageText])
  const stale = [...(isUpToDate(changes) ? [] : [out]), ...(isPageStale ? [page.path] : [])]
  return [
    `${stale.join(' and ')} ${stale.length > 1 ? 'are' : 'is'} not up to date with the schema:`,
    ...changes.added.map((name) => `  added    ${name}`),
    ...changes.changed.map((name) => `  changed  ${name}`),
    ...changes.removed.map((name) => `  removed  ${name}`),
    ...(isPageStale ? [`  ${page.present === undefined ? 'added  ' : 'changed'}  ${page.path}`] : []),
    ...(patch === '' ? [] : ['', patch, '']),
    'Run the generator without --check and commit what it writes.',
  ].join('\n')
}

/** A line each; one for all the tables that are called by their schema, where they are many. */
function renamedLines(renamed: readonly Renamed[]): string[] {
  return [...groupBy(renamed, ({ by }) => by)].flatMap(([schema, all]) => {
    const [first] = all
    if (schema === undefined || first === undefined || all.length < SHOWN) {
      return all.map(({ from, to, setting }) => `  renamed ${from} to ${to}; ${setting} sets another name`)
    }
    return `  renamed ${all.length} tables of ${schema} by their schema, as ${first.from} to ${first.to}; names.tables sets others`
  })
}

function skippedLine([reason, skipped]: [string, readonly Skipped[]]): string {
  return `  skipped ${listed(
    skipped.map((each) => `${qualifiedName(each)}${each.types === undefined ? '' : `(${each.types})`}`),
    SHOWN,
  )}: ${reason}`
}

/** `left out 12 statements: rights, owners and roles` */
function leftOutLine({ what, count: number, names }: LeftOut): string {
  const which = names.length === 0 ? '' : ` (${listed([...new Set(names)], SHOWN)})`
  return `  left out of the scripts: ${what}, ${number} ${number === 1 ? 'time' : 'times'}${which}`
}

function listed(names: readonly string[], shown: number): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return names.slice(0, shown).join(', ') + more
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
