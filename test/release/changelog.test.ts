import { describe, expect, it } from 'vitest'
import { isLater, released } from '../../scripts/release/changelog.js'
import { faultsOf } from '../../scripts/release/contents.js'

const changelog = `# Changelog

## [Unreleased]

### Added

- This.

## [0.1.0] - 2026-11-23

The first.
`

describe('a release', () => {
  it('puts what is unreleased under its version and date, and leaves room for what comes', () => {
    expect(released(changelog, '0.2.0', '2026-11-27')).toBe(
      changelog.replace('## [Unreleased]', '## [Unreleased]\n\n## [0.2.0] - 2026-11-27'),
    )
  })

  it('is refused where there is nothing in it, and where it is there already', () => {
    const empty = changelog.replace('- This.\n', '')
    expect(() => released(empty, '0.2.0', '2026-11-27')).toThrow(/nothing under Unreleased/)
    expect(() => released(changelog, '0.1.0', '2026-11-27')).toThrow(/has 0\.1\.0 already/)
    expect(() => released('# Changelog', '0.2.0', '2026-11-27')).toThrow(/no "## \[Unreleased\]"/)
  })

  it.each([
    ['0.2.0', '0.1.0', true],
    ['0.10.0', '0.9.9', true],
    ['1.0.0', '0.99.0', true],
    ['0.1.1', '0.1.0', true],
    ['0.1.0', '0.1.0', false],
    ['0.1.9', '0.2.0', false],
  ])('%s after %s: %s', (version, before, isSo) => {
    expect(isLater(version, before)).toBe(isSo)
  })

  it.each(['', 'v0.2.0', '0.2', '0.2.0-rc.1', 'latest'])('refuses "%s", which is no version', (version) => {
    expect(() => isLater(version, '0.1.0')).toThrow(/is no version such as 0\.2\.0/)
  })

  it('has the build, the README and the licence, and nothing else', () => {
    const needed = ['dist/index.js', 'dist/index.cjs', 'dist/sluice-worker.mjs', 'dist/codegen/cli.js']
    const files = [...needed, 'README.md', 'LICENSE', 'package.json'].map((path) => ({ path }))
    expect(faultsOf({ size: 500_000, files })).toEqual([])
    expect(faultsOf({ size: 5_000_000, files: [...files.slice(1), { path: 'src/index.ts' }] })).toEqual([
      'src/index.ts does not belong into the package.',
      'dist/index.js is missing.',
      'The tarball has 5000000 bytes, more than 2000000.',
    ])
  })
})
