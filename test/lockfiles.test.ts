import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface LockedPackage {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
}
interface Lockfile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockedPackage>>
}

describe.each(['package-lock.json', 'bench/package-lock.json'])('%s', (path) => {
  const file = new URL(`../${path}`, import.meta.url)
  // As npm writes it.
  const { lockfileVersion, packages } = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  const locked = Object.entries(packages).filter(([name]) => name !== '')

  it('has a checksum for every package', () => {
    expect(lockfileVersion).toBe(3)
    expect(locked.length).toBeGreaterThan(20)
    const without = locked.filter(([, { integrity, link }]) => link === true || !isStrong(integrity))
    expect(without.map(([name]) => name)).toEqual([])
  })

  it('names no place to get a package from: that is for npm to know', () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([name]) => name)).toEqual([])
  })
})

function isStrong(integrity = ''): boolean {
  return /^sha512-[\w+/]{86}==$/.test(integrity)
}
