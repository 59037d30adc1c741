import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../codegen/config.js'
import { CodegenError } from '../../codegen/errors.js'
import { temporaryFolder } from './support.js'

describe('the configuration', () => {
  it('is empty without a file', async () => {
    expect(await readConfig()).toEqual({})
  })

  it('is the default export', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'sluice.config.mjs')
    writeFileSync(path, `export default { relations: { 'public.a_fkey': { name: 'a' } } }`)
    expect(await readConfig(path)).toEqual({ relations: { 'public.a_fkey': { name: 'a' } } })
  })

  it.each([
    ['a missing default export', 'export const relations = {}', /export an object by default/],
    ['an unknown key', 'export default { relation: {} }', /sets "relation", which is not known/],
    [
      'relations that are no object',
      'export default { relations: [] }',
      /relations in .* has to be an object/,
    ],
    ['an error while it loads', 'throw new Error("of its own")', /Could not load .*: of its own/],
  ])('is refused for %s', async (_what, text, message) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'sluice.config.mjs')
    writeFileSync(path, text)
    await expect(readConfig(path)).rejects.toThrow(CodegenError)
    await expect(readConfig(path)).rejects.toThrow(message)
  })

  it('is missed when a file was given', async () => {
    await expect(readConfig('no-such-config.ts')).rejects.toThrow(/no configuration file no-such-config\.ts/)
  })
})
