import type { Settings } from './config/settings.js'
import { docsPage } from './docs/page.js'
import { loadEmit } from './emitter.js'
import { CodegenError } from './errors.js'
import type { Catalog } from './introspect/catalog.js'
import type { DatabaseModel } from './model/database-model.js'
import { selectFunctions, wantsFunctions } from './model/select-functions.js'
import { selectTables } from './model/select-tables.js'
import { withTags } from './model/tags/with-tags.js'
import { filesWith, modelWith, type PluginRun } from './plugins/run.js'
import type { Server } from './server/index.js'
import type { LeftOut } from './sql-script/index.js'
import { readSource, type Report, type SchemaSource } from './source.js'
import { validatorsPlugin } from './validators/validators-plugin.js'
import { type Changes, changesBetween } from './write/changes.js'
import { readGenerated } from './write/folder.js'
import { type PageChange, readPage, writePage } from './write/page.js'
import { writeFiles } from './write/write-files.js'

export interface GenerateOptions {
  readonly source: SchemaSource
  /** The output folder. It belongs to the generator: it is refused if it holds anything else. */
  readonly out: string
  /** A Markdown page to write as well. Default: none. */
  readonly docs?: string | undefined
  /** What is generated, and how. Default: everything, in the default way. */
  readonly settings?: Settings
  /** The folder that relative imports in the settings start from. Default: the working folder. */
  readonly settingsFolder?: string
  /** Only find out what would change. Default: `false`. */
  readonly check?: boolean
  /** Told what happens. Default: nobody. */
  readonly report?: Report
  /** Where scratch databases are made; it keeps running. Default: one that runs for this call. */
  readonly server?: Server
  /** Ends the work early, with an error; nothing is written then. Default: nothing does. */
  readonly signal?: AbortSignal
}

export interface GenerateResult {
  readonly model: DatabaseModel
  readonly changes: Changes
  /** Of the Markdown page, if there is one. */
  readonly page: PageChange | undefined
  /** What scripts held that has no bearing on the structure, or was to be left out. */
  readonly leftOut: readonly LeftOut[]
  /** How long it took, in seconds. */
  readonly seconds: number
}

const NOBODY: Report = { step: () => undefined, notify: () => undefined }

/**
 * Generates the typed repositories of a schema into a folder.
 *
 * @throws {@link CodegenError} with a message for people; then nothing was written.
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const { source, out, docs, settings = {}, settingsFolder = process.cwd() } = options
  const { check = false, report = NOBODY, server, signal } = options
  const start = performance.now()
  const emit = await loadEmit()
  const present = await readGenerated(out)
  const presentPage = docs === undefined ? undefined : await readPage(docs, out)
  const { skipExtensions = [] } = settings
  const { catalog, leftOut } = await readSource(source, {
    report,
    skipExtensions,
    functions: wantsFunctions(settings.functions),
    checks: settings.checkUnions ?? false,
    ...(server && { server }),
    ...(signal && { signal }),
  })
  const chosen = selectTables(selectFunctions(catalog, settings), settings, report.notify)
  const selected = withTags(chosen, settings)
  if (selected.tables.length === 0) throw noTables(source, selected)
  const run = pluginRun(settings, out, signal)
  const model = await modelWith(run, selected, { ...settings, folder: settingsFolder })
  report.step(`Generating ${model.tables.length} tables and views`)
  const files = await filesWith(run, emit(model, { ...settings, out }), model)
  const changes = changesBetween(present, files)
  const page = presentPage && { ...presentPage, wanted: docsPage(model) }
  if (!check) {
    await writeFiles(out, files, changes)
    if (page !== undefined) await writePage(page)
  }
  return { model, changes, page, leftOut, seconds: (performance.now() - start) / 1000 }
}

function pluginRun(
  { plugins = [], validators, importExtension = '.js', header }: Settings,
  out: string,
  signal: AbortSignal | undefined,
): PluginRun {
  return {
    plugins: validators === undefined ? plugins : [validatorsPlugin(validators), ...plugins],
    context: { out, importExtension },
    header,
    ...(signal && { signal }),
  }
}

function noTables(source: SchemaSource, { skipped }: Catalog): CodegenError {
  const where = 'url' in source ? 'The database' : `The schema of ${source.files.join(', ')}`
  const others = skipped.length === 0 ? '' : ` (${skipped.length} are skipped: ${skipped[0]?.reason ?? ''})`
  return new CodegenError(
    `${where} has no tables or views${others}: there is nothing to generate. Is it the right one?`,
  )
}
