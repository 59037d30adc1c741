import type { Config } from './settings.js'

export type { RelationNames, RelationSettings } from '../model/relations/settings.js'
export type { NameSettings, TableNameSetting } from '../model/settings.js'
export type { NamingStyle } from '../naming/style.js'
export type {
  CodecName,
  Config,
  EnumStyle,
  ImportExtension,
  Layout,
  TypeImport,
  TypeSetting,
  TypeSettings,
} from './settings.js'

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
