import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { SchemaRegistry, type PackedTables } from 'sluice'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { compileErrors } from './compiler.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of its own for a test, gone at the end of the block. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'sluice-codegen-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A database of a schema, and what is read of it. */
export async function introspected(schema: string): Promise<{ database: TestDatabase; catalog: Catalog }> {
  const database = await createTestDatabase()
  await runSqlText(database.url, schema, 'test.sql')
  return { database, catalog: await introspect(database.url) }
}

/** What a strict compiler, set up as in this repository, says about generated files, which may be in folders. */
export function typeErrors(files: ReadonlyMap<string, string>): string[] {
  using folder = temporaryFolder()
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }')
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true })
    writeFileSync(join(folder.path, name), text)
  }
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'), 'junction')
  return compileErrors(
    [...files.keys()].map((name) => join(folder.path, name)),
    folder.path,
  )
}

/** The tables that a generated `schema.ts` has packed. */
export function tablesIn(text = ''): SchemaRegistry {
  const [, literal = ''] = /new SchemaRegistry\(([^]*)\)\s*$/.exec(text) ?? []
  return new SchemaRegistry(vm.runInNewContext(`(${literal})`) as PackedTables)
}
