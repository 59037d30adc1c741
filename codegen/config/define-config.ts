import type { Config } from './settings.js'

export type { KeySettings } from '../model/declared/keys.js'
export type { DeclaredRelation, RelationNames, RelationSettings } from '../model/relations/settings.js'
export type { EnumStyle, ImportExtension } from '../emit/settings.js'
export type { KyselyValues, Layout, NameSettings, TableNameSetting } from '../model/settings.js'
export type { CodecName, Preset, TypeImport, TypeSetting, TypeSettings } from '../model/type-settings.js'
export type { NamingStyle } from '../naming/style.js'
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
