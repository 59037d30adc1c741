import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../codegen/config/check-config.js'
import { readConfig } from '../../codegen/config/read-config.js'
import { CodegenError } from '../../codegen/errors.js'
import { root, temporaryFolder } from './support.js'

describe('reading the configuration', () => {
  it('finds nothing without a file', async () => {
    expect(await readConfig()).toEqual({ config: {}, file: undefined, folder: root.replace(/\/$/, '') })
  })

  it.each([
    [
      'sluice.config.ts',
      `import { defineConfig, type Config } from 'sluice/config'
      const types: Config['types'] = { int8: 'number' satisfies string }
      export default defineConfig({ types })`,
    ],
    [
      'sluice.config.mjs',
      `import { defineConfig } from 'sluice/config'
      export default defineConfig({ types: { int8: 'number' } })`,
    ],
    ['sluice.config.js', `export default { types: { int8: 'number' } }`],
    ['sluice.config.cjs', `module.exports = { types: { int8: 'number' } }`],
  ])('takes the default export of %s', async (name, text) => {
    using folder = temporaryFolder()
    const file = join(folder.path, name)
    writeFileSync(file, text)
    expect(await readConfig(file)).toEqual({
      config: { types: { int8: 'number' } },
      file,
      folder: folder.path,
    })
  })

  it('follows imports of other TypeScript files, and sees what has changed in them', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'sluice.config.ts')
    writeFileSync(file, `import { header } from './shared.ts'\nexport default { header }`)
    for (const header of ['// one', '// two']) {
      writeFileSync(join(folder.path, 'shared.ts'), `export const header: string = '${header}'`)
      expect((await readConfig(file)).config).toEqual({ header })
    }
  })

  it.each([
    ['no default export', 'export const relations = {}', /has to export its settings by default/],
    ['an error while it loads', 'throw new Error("of its own")', /Could not load .*: of its own/],
    ['a mistake in its syntax', 'export default {', /Could not load .*Unexpected token/],
    [
      'an unknown setting',
      'export default { tipes: {} }',
      /config\.ts: tipes is not known\. Did you mean "types"\?/,
    ],
  ])('is refused with %s', async (_what, text, message) => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'sluice.config.ts')
    writeFileSync(file, text)
    await expect(readConfig(file)).rejects.toThrow(CodegenError)
    await expect(readConfig(file)).rejects.toThrow(message)
  })

  it('is missed when a file was given', async () => {
    await expect(readConfig('no-such-config.ts')).rejects.toThrow(/no configuration file no-such-config\.ts/)
  })
})

describe('a configuration', () => {
  it.each([
    [null, 'The configuration has to be an object, not null.'],
    [{ schema: [] }, 'schema is an empty array.'],
    [{ schema: ['a.sql', 1] }, 'schema[1] has to be a string, not 1.'],
    [{ schema: 'a.sql', url: 'postgres://h/d' }, 'schema and url are both set'],
    [{ out: ' ' }, 'out is empty.'],
    [{ exclude: 'a' }, 'exclude has to be an array, not "a".'],
    [{ naming: 'snake' }, 'naming has to be "camelCase" or "asIs", not "snake".'],
    [{ brandedIds: 'yes' }, 'brandedIds has to be true or false, not "yes".'],
    [{ importExtension: '.mjs' }, 'importExtension has to be ".js", ".ts" or "", not ".mjs".'],
    [{ names: { table: {} } }, 'names.table is not known. Did you mean "tables"?'],
    [{ names: { tables: { 'public.a': {} } } }, 'names.tables["public.a"] names nothing'],
    [
      { names: { tables: { 'public.a': { row: 'no way' } } } },
      'names.tables["public.a"].row is "no way", which is no identifier.',
    ],
    [{ names: { columns: { 'public.a.b': 1 } } }, 'names.columns["public.a.b"] has to be a string, not 1.'],
    [
      { relations: { 'public.a_fkey': { inverted: 'b' } } },
      'relations["public.a_fkey"].inverted is not known. Did you mean "inverse"?',
    ],
    [
      { types: { int8: 'numbr' } },
      'types["int8"] has to be "bigint", "number", "string" or "Date", not "numbr".',
    ],
    [{ types: { int8: {} } }, 'types["int8"] sets nothing'],
    [
      { columns: { 'public.a.b': { import: 'x', codec: 'number' } } },
      'columns["public.a.b"] has an import, but no type',
    ],
    [
      { columns: { 'public.a.b': { type: 'X', import: { from: 'x' } } } },
      'columns["public.a.b"].import has no "name".',
    ],
    [JSON.parse('{ "__proto__": {} }') as object, '__proto__ is not known.'],
  ])('%j is refused by the path of what is wrong', (config, message) => {
    expect(() => checkConfig(config)).toThrow(CodegenError)
    expect(() => checkConfig(config)).toThrow(message)
  })

  it('never repeats a URL, which may hold a password', () => {
    expect(() => checkConfig({ url: 'mysql://bob:secret@h/d' })).toThrow(
      /^url takes a PostgreSQL URL: (?!.*secret)/,
    )
  })

  it('may leave everything out, or undefined', () => {
    expect(() => checkConfig({})).not.toThrow()
    expect(() => checkConfig({ url: undefined, names: undefined })).not.toThrow()
  })
})
