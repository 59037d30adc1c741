import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Plugin } from 'sluice/config'
import { CodegenError } from '../../codegen/errors.js'
import { generate } from '../../codegen/generate.js'
import { temporaryFolder } from './support.js'

/** The files of a folder and those in it, by their paths inside it. */
export function contents(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  return new Map(names.sort().map((name) => [name.slice(folder.length + 1), readFileSync(name, 'utf8')]))
}

/** Generates with a plugin that has to be refused by name, with nothing written. */
export async function expectRefused(
  url: string,
  plugin: Plugin,
  hook: string,
  message: RegExp,
): Promise<void> {
  using folder = temporaryFolder()
  const out = join(folder.path, 'out')
  const run = generate({ source: { url }, out, settings: { plugins: [plugin] } })
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CodegenError)
  expect((error as CodegenError).message).toMatch(message)
  expect((error as CodegenError).message).toContain(`The hook ${hook} of the plugin "faulty"`)
  expect(existsSync(out)).toBe(false)
}
