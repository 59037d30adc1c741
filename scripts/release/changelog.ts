const UNRELEASED = '## [Unreleased]'

/**
 * The changelog with what is under Unreleased under a version.
 *
 * @param date `2026-11-27`.
 * @throws Error where there is nothing to release, or the version is there already.
 */
export function released(changelog: string, version: string, date: string): string {
  const heading = `## [${version}] - ${date}`
  if (changelog.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has ${version} already.`)
  const start = changelog.indexOf(UNRELEASED)
  if (start < 0) throw new Error(`CHANGELOG.md has no "${UNRELEASED}".`)
  const rest = changelog.slice(start + UNRELEASED.length)
  const next = rest.search(/^## /m)
  const entries = next < 0 ? rest : rest.slice(0, next)
  if (!/^- /m.test(entries)) throw new Error('CHANGELOG.md has nothing under Unreleased.')
  return `${changelog.slice(0, start)}${UNRELEASED}\n\n${heading}${rest}`
}

/** Whether a version comes after another, as semver has them without labels. */
export function isLater(version: string, before: string): boolean {
  const [left, right] = [version, before].map(partsOf)
  const at = left?.findIndex((part, index) => part !== right?.[index]) ?? -1
  return at >= 0 && (left?.[at] ?? 0) > (right?.[at] ?? 0)
}

/** @throws Error for what is no version. */
function partsOf(version: string): number[] {
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number)
  if (parts === undefined) throw new Error(`"${version}" is no version such as 0.2.0.`)
  return parts
}
