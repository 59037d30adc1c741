import { type Check, listOf, text, wrong } from './check.js'
import { didYouMean } from './did-you-mean.js'

const HOOKS = ['model', 'files']

/** Each with a name of its own, and at least one hook, which may be a method of its class. */
export const checkPlugins: Check = (value, at) => {
  const names = new Set<unknown>()
  listOf((plugin, at) => {
    checkPlugin(plugin, at)
    const { name } = plugin as { readonly name: unknown }
    if (names.has(name))
      throw wrong(`${at}.name`, `is ${JSON.stringify(name)}, as that of another plugin is.`)
    names.add(name)
  })(value, at)
}

function checkPlugin(value: unknown, at: string): void {
  if (typeof value === 'function')
    throw wrong(at, 'is a function. Is it one that makes the plugin, and has to be called?')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(at, "has to be an object, like { name: 'seeds', files: (files, model) => … }.")
  const plugin = value as Readonly<Record<string, unknown>>
  const known = ['name', ...HOOKS]
  const unknown = Object.keys(plugin).find((key) => !known.includes(key))
  if (unknown !== undefined) throw wrong(`${at}.${unknown}`, `is not known.${didYouMean(unknown, known)}`)
  if (plugin['name'] === undefined) throw wrong(`${at}.name`, 'is missing: messages name a plugin by it.')
  text(plugin['name'], `${at}.name`)
  for (const hook of HOOKS) {
    if (plugin[hook] !== undefined && typeof plugin[hook] !== 'function')
      throw wrong(`${at}.${hook}`, 'has to be a function.')
  }
  if (HOOKS.every((hook) => plugin[hook] === undefined))
    throw wrong(at, 'has neither of the hooks "model" and "files": it does nothing.')
}
