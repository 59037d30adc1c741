import { isAbsolute, posix, relative, resolve, sep } from 'node:path'
import type { EmitSettings } from './settings.js'

/**
 * What stands in an import.
 *
 * @param file - the importing file, inside the output folder and without extension: `users`, `billing/users`.
 * @param from - a package, a generated file from the output folder as `./users.js`, or another file as absolute path.
 */
export function specifierOf(file: string, from: string, settings: EmitSettings): string {
  const { importExtension = '.js', out = '.' } = settings
  if (isAbsolute(from)) {
    const path = relative(resolve(out, posix.dirname(file)), from)
      .split(sep)
      .join('/')
    return inFolder(path)
  }
  if (!from.startsWith('./')) return from
  const target = posix.relative(posix.dirname(file), from.slice(2).replace(/\.js$/, ''))
  return `${inFolder(target)}${importExtension}`
}

/** A generated file of the output folder, as imports are noted. */
export function fileOf(file: string): string {
  return `./${file}.js`
}

function inFolder(path: string): string {
  return path.startsWith('.') ? path : `./${path}`
}
