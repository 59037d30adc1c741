import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Plugin } from 'sluice/config'
import { checkConfig } from '../../codegen/config/check-config.js'
import { withImported } from '../../codegen/config/imported-files.js'
import { CodegenError } from '../../codegen/errors.js'
import { temporaryFolder } from './support.js'

const noFiles = (): undefined => undefined

describe('a plugin in the configuration', () => {
  it.each([
    [[], 'plugins is an empty array.'],
    [
      [() => ({ name: 'a' })],
      'plugins[0] is a function. Is it one that makes the plugin, and has to be called?',
    ],
    [['zod'], 'plugins[0] has to be an object'],
    [[{ files: noFiles }], 'plugins[0].name is missing'],
    [[{ name: 'a' }], 'plugins[0] has neither of the hooks "model" and "files"'],
    [[{ name: 'a', fiels: noFiles }], 'plugins[0].fiels is not known. Did you mean "files"?'],
    [[{ name: 'a', model: {} }], 'plugins[0].model has to be a function.'],
    [
      [1, 2].map(() => ({ name: 'a', files: noFiles })),
      'plugins[1].name is "a", as that of another plugin is.',
    ],
  ])('%j is refused by what is wrong', (plugins, message) => {
    expect(() => checkConfig({ plugins })).toThrow(CodegenError)
    expect(() => checkConfig({ plugins })).toThrow(message)
  })

  it('may be made by a class', () => {
    class Counted implements Plugin {
      readonly name = 'counted'
      files(): undefined {
        return undefined
      }
    }
    expect(() => checkConfig({ plugins: [new Counted()] })).not.toThrow()
  })

  it('is watched with all that it imports', () => {
    using folder = temporaryFolder()
    const texts = {
      'sluice.config.ts': `import { a } from './plugins/a.js'\nimport {\n b\n} from "./b"\nimport 'sluice/config'`,
      'plugins/a.ts': `export * from '../c/index.js'\nimport './missing.js'\nconst d = require('../d.cjs')`,
      'b.mts': `await import('./sluice.config.ts')`,
      'c/index.ts': '',
      'd.cjs': '',
      'e.ts': '',
    }
    for (const [name, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder.path, name)), { recursive: true })
      writeFileSync(join(folder.path, name), text)
    }
    const found = withImported(join(folder.path, 'sluice.config.ts')).map((file) =>
      file.slice(folder.path.length + 1),
    )
    expect(found.sort()).toEqual(
      Object.keys(texts)
        .filter((name) => name !== 'e.ts')
        .sort(),
    )
  })
})
