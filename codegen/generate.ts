import { loadEmit } from './emitter.js'
import { CodegenError } from './errors.js'
import type { Catalog } from './introspect/catalog.js'
import { buildModel } from './model/build-model.js'
import type { DatabaseModel } from './model/database-model.js'
import type { RelationSettings } from './model/relations/settings.js'
import { type Notify, readSource, type SchemaSource } from './source.js'
import { type Changes, changesBetween } from './write/changes.js'
import { readGenerated } from './write/folder.js'
import { writeFiles } from './write/write-files.js'

export interface GenerateOptions {
  readonly source: SchemaSource
  /** The output folder. It belongs to the generator: it is refused if it holds anything else. */
  readonly out: string
  /** Names for relations, in place of those made from the foreign keys. They come before those in comments. */
  readonly relationNames?: RelationSettings
  /** Only find out what would change. Default: `false`. */
  readonly check?: boolean
  /** Told what the user should know meanwhile. Default: nobody. */
  readonly notify?: Notify
}

export interface GenerateResult {
  readonly model: DatabaseModel
  readonly changes: Changes
  /** How long it took, in seconds. */
  readonly seconds: number
}

/**
 * Generates the typed repositories of a schema into a folder.
 *
 * @throws {@link CodegenError} with a message for people; then nothing was written.
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const { source, out, relationNames = {}, check = false, notify = () => undefined } = options
  const start = performance.now()
  if (out.trim() === '')
    throw new CodegenError('The output folder has no name. Give one, such as --out generated.')
  const emit = await loadEmit()
  const present = await readGenerated(out)
  const catalog = await readSource(source, notify)
  if (catalog.tables.length === 0) throw noTables(source, catalog)
  const model = buildModel(catalog, { relations: relationNames })
  const files = emit(model)
  const changes = changesBetween(present, files)
  if (!check) await writeFiles(out, files, changes)
  return { model, changes, seconds: (performance.now() - start) / 1000 }
}

function noTables(source: SchemaSource, { skipped }: Catalog): CodegenError {
  const where = 'url' in source ? 'The database' : `The schema of ${source.files.join(', ')}`
  const others = skipped.length === 0 ? '' : ` (${skipped.length} are skipped: ${skipped[0]?.reason ?? ''})`
  return new CodegenError(
    `${where} has no tables or views${others}: there is nothing to generate. Is it the right one?`,
  )
}
