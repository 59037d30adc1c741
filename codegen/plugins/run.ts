import { CodegenError, messageOf } from '../errors.js'
import type { Catalog } from '../introspect/catalog.js'
import { buildModel } from '../model/build-model.js'
import type { DatabaseModel } from '../model/database-model.js'
import type { ModelSettings } from '../model/settings.js'
import { type Hook, refuser, thrownBy } from './failure.js'
import { filesOf } from './files-hook.js'
import { changesOf } from './model-hook.js'
import type { Plugin, PluginContext, PluginFile } from './plugin.js'
import { viewOf } from './view.js'

/** Plugins in their order, and what their hooks are told. */
export interface PluginRun {
  readonly plugins: readonly Plugin[]
  readonly context: PluginContext
  /** Comments of TypeScript to put at the head of each file in it. Default: none. */
  readonly header?: string | undefined
  /** Ends the wait for a hook, with an error. Default: nothing does. */
  readonly signal?: AbortSignal
}

/**
 * The model of a catalog, as the `model` hooks leave it: each sees what the one before has left.
 *
 * @throws {@link CodegenError} for a hook that throws, or gives back what cannot be.
 */
export async function modelWith(
  run: PluginRun,
  catalog: Catalog,
  settings: ModelSettings,
): Promise<DatabaseModel> {
  let [left, chosen] = [catalog, settings]
  let model = buildModel(left, chosen)
  for (const plugin of run.plugins) {
    if (plugin.model === undefined) continue
    const view = viewOf(model)
    const given = await resultOf(run, plugin, 'model', () => plugin.model?.(view, run.context))
    if (given === undefined || given === view) continue
    const refuse = refuser(plugin.name, 'model')
    const changes = changesOf(view, given, refuse)
    left = changes.catalog(left, plugin.name)
    chosen = changes.settings(chosen)
    if (left.tables.length === 0) throw refuse('left out every table and view: there is nothing to generate.')
    try {
      model = buildModel(left, chosen)
      // It needs ts-morph, an optional peer, of which is told before anything runs.
      const { checkSettings } = await import('../emit/check-settings.js')
      checkSettings(model, {})
    } catch (error) {
      throw error instanceof CodegenError ? refuse(`gave back what cannot be: ${messageOf(error)}`) : error
    }
  }
  return model
}

/**
 * The files, as the `files` hooks leave them.
 *
 * @throws {@link CodegenError} for a hook that throws, or gives back what cannot be.
 */
export async function filesWith(
  run: PluginRun,
  files: readonly PluginFile[],
  model: DatabaseModel,
): Promise<readonly PluginFile[]> {
  const plugins = run.plugins.filter((plugin) => plugin.files !== undefined)
  if (plugins.length === 0) return files
  const view = viewOf(model)
  let left = files
  for (const plugin of plugins) {
    const before = Object.freeze(left.map((file) => Object.freeze({ ...file })))
    const given = await resultOf(run, plugin, 'files', () => plugin.files?.(before, view, run.context))
    if (given !== undefined)
      left = await filesOf(before, given, { refuse: refuser(plugin.name, 'files'), header: run.header })
  }
  return left
}

/** What a hook gives back, unless the work is ended while it is waited for. */
async function resultOf(
  { signal }: PluginRun,
  { name }: Plugin,
  hook: Hook,
  call: () => unknown,
): Promise<unknown> {
  if (signal?.aborted === true) throw new CodegenError('Interrupted. Nothing was written.')
  let end = (): void => undefined
  const ended = new Promise<never>((_, reject) => {
    end = () =>
      reject(
        new CodegenError(
          `Interrupted while the hook ${hook} of the plugin "${name}" ran. Nothing was written.`,
        ),
      )
  })
  signal?.addEventListener('abort', end)
  const result = Promise.resolve()
    .then(call)
    .catch((error: unknown) => {
      throw thrownBy(name, hook, error)
    })
  try {
    return await Promise.race([result, ended])
  } finally {
    signal?.removeEventListener('abort', end)
  }
}
