import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { CONFIG_FILES } from '../config/read-config.js'
import { CodegenError, messageOf } from '../errors.js'
import type { Preset } from '../model/type-settings.js'
import { CONFIG_TEMPLATE } from './config-template.js'

export interface InitFlags {
  readonly preset?: Preset
}

/**
 * `sluice init`: writes a commented configuration into the working folder.
 *
 * @returns the name of the file.
 * @throws {@link CodegenError} when there is a configuration already, or the folder cannot be written.
 */
export async function init({ preset }: InitFlags = {}): Promise<string> {
  const present = CONFIG_FILES.find((name) => existsSync(name))
  if (present !== undefined) throw new CodegenError(`There is a ${present} already. It was not changed.`)
  const [name = ''] = CONFIG_FILES
  try {
    // Never over a file that has come meanwhile.
    await writeFile(name, withPreset(preset), { flag: 'wx' })
  } catch (error) {
    throw new CodegenError(`Could not write ${name}: ${messageOf(error)}`, { cause: error })
  }
  return name
}

function withPreset(preset: Preset | undefined): string {
  return preset === undefined
    ? CONFIG_TEMPLATE
    : CONFIG_TEMPLATE.replace("// preset: 'json',", `preset: '${preset}',`)
}
