import { basename } from 'node:path'

/** Flyway's and refinery's names: `V1.1__users.sql`, `R__views.sql`, `U1.1__users.sql`, `B2__base.sql`. */
const FLYWAY =
  /^(?<kind>[VUB])(?<version>\d+(?:[._]\d+)*)__.*\.sql(?:\.gz)?$|^(?<repeatable>R)__.*\.sql(?:\.gz)?$/

/** The way back, as golang-migrate, sqlx, db-migrate and postgrator name it. */
const DOWN = /[._-](?:down|undo)(?:\.[^.]*)?\.sql(?:\.gz)?$|^down\.sql$/i

/**
 * Files in the order in which migration tools run them, without those that they do not: by version for Flyway, with the
 * repeatable ones at the end; else by path, where numbers count as such, without the way back.
 */
export function inOrder(files: readonly string[]): string[] {
  const versioned = files.filter((file) => flywayOf(file)?.kind === 'V' || flywayOf(file)?.kind === 'B')
  if (versioned.length > 0) return inFlywayOrder(files)
  return files.filter((file) => !isDown(file)).sort(comparePaths)
}

/** Whether a file takes back what another does. */
export function isDown(file: string): boolean {
  return DOWN.test(basename(file))
}

/** Whether names are Flyway's, which looks in folders below as well. */
export function isFlyway(file: string): boolean {
  return flywayOf(file) !== undefined
}

interface FlywayName {
  readonly kind: 'V' | 'U' | 'B' | 'R'
  readonly version: readonly string[]
}

function flywayOf(file: string): FlywayName | undefined {
  const groups = FLYWAY.exec(basename(file))?.groups
  if (groups === undefined) return undefined
  const version = (groups['version'] ?? '').split(/[._]/)
  return { kind: (groups['kind'] ?? 'R') as FlywayName['kind'], version: withoutZeros(version) }
}

/** `1.0` is `1`. */
function withoutZeros(version: readonly string[]): string[] {
  const kept = [...version]
  while (kept.length > 1 && /^0+$/.test(kept.at(-1) ?? '')) kept.pop()
  return kept
}

/** A baseline stands for all versions up to its own. Callbacks and other files are not run. */
function inFlywayOrder(files: readonly string[]): string[] {
  const named = files.flatMap((file) => {
    const name = flywayOf(file)
    return name === undefined || name.kind === 'U' ? [] : [{ file, ...name }]
  })
  const byVersion = [...named].sort(
    (a, b) => compareVersions(a.version, b.version) || compareText(a.file, b.file),
  )
  const baseline = byVersion.findLast(({ kind }) => kind === 'B')
  const isWanted = ({ kind, version }: FlywayName): boolean =>
    kind === 'V' && (baseline === undefined || compareVersions(version, baseline.version) > 0)
  const repeatable = named.filter(({ kind }) => kind === 'R')
  return [
    ...(baseline === undefined ? [] : [baseline.file]),
    ...byVersion.filter(isWanted).map(({ file }) => file),
    ...repeatable.map(({ file }) => file).sort((a, b) => compareText(basename(a), basename(b))),
  ]
}

function compareVersions(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareNumbers(left[index] ?? '0', right[index] ?? '0')
    if (order !== 0) return order
  }
  return 0
}

/** By folder and name, a part at a time. */
export function comparePaths(left: string, right: string): number {
  const [a, b] = [left.split(/[\\/]/), right.split(/[\\/]/)]
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareNames(a[index] ?? '', b[index] ?? '')
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** `20240131093000`, or as Diesel writes it today, `2024-01-31-093000-0000`. */
const DATE = /^\d{4}-?\d{2}-?\d{2}[\d-]*/

/** Numbers at the beginning count as such: `2_b` before `10_a`. */
function compareNames(left: string, right: string): number {
  const [day, otherDay] = [DATE.exec(left)?.[0], DATE.exec(right)?.[0]]
  if (day !== undefined && otherDay !== undefined && `${day}${otherDay}`.includes('-')) {
    const order = compareText(day.replaceAll('-', ''), otherDay.replaceAll('-', ''))
    if (order !== 0) return order
  }
  const [a, b] = [/^\d+/.exec(left)?.[0], /^\d+/.exec(right)?.[0]]
  return (a !== undefined && b !== undefined && compareNumbers(a, b)) || compareText(left, right)
}

/** Of any length: timestamps with fractions are beyond 2^53. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')]
  return a.length - b.length || compareText(a, b)
}

/** The same everywhere, whatever the locale. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
