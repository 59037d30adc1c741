/**
 * What a `sluice.config.ts` imports: the types of the settings, and of plugins of the generator.
 *
 * @module sluice/config
 */

import type { Plugin } from '../plugins/plugin.js'
import type { Config } from './settings.js'

export type { KeySettings } from '../model/declared/keys.js'
export type { DeclaredRelation, RelationNames, RelationSettings } from '../model/relations/settings.js'
export type { FunctionSettings } from '../model/select-functions.js'
export type { EnumStyle, ImportExtension } from '../emit/settings.js'
export type { KyselyValues, Layout, NameSettings, TableNameSetting } from '../model/settings.js'
export type { CodecName, Preset, TypeImport, TypeSetting, TypeSettings } from '../model/type-settings.js'
export type { NamingStyle } from '../naming/style.js'
export type { Plugin, PluginContext, PluginFile } from '../plugins/plugin.js'
export type {
  ModelColumn,
  ModelComposite,
  ModelDomain,
  ModelEnum,
  ModelRelation,
  ModelTable,
  ModelTableNames,
  SchemaModel,
} from '../plugins/schema-model.js'
export type { ValidatorLibrary } from '../validators/settings.js'
export type { Config, DatabaseConfig } from './settings.js'

/**
 * The settings of the generator, with types to write them by. In `sluice.config.ts`:
 *
 * ```ts
 * import { defineConfig } from 'sluice/config'
 *
 * export default defineConfig({ schema: 'schema.sql', types: { int8: 'number' } })
 * ```
 */
export function defineConfig(config: Config): Config {
  return config
}

/**
 * A plugin of the generator, with types to write it by:
 *
 * ```ts
 * const counted = definePlugin({
 *   name: 'counted',
 *   files: (files, { tables }) => [...files, { name: 'count.ts', text: `export const count = ${tables.length}` }],
 * })
 * ```
 */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}
