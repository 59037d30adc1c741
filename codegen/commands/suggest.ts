import { readConfig } from '../config/read-config.js'
import { introspect } from '../introspect/introspect.js'
import { readViewOrigins } from '../introspect/view-origins.js'
import { withDeclared } from '../model/declared/with-declared.js'
import { ChosenNames } from '../model/chosen-names.js'
import { selectTables } from '../model/select-tables.js'
import { withTags } from '../model/tags/with-tags.js'
import { readWith } from '../source.js'
import { guess } from '../suggest/guess.js'
import { shownGuesses } from '../suggest/shown.js'
import { type Order, ordersOf, type SettingFlags } from './order.js'
import { Progress } from './progress.js'
import { shownError } from './shown-error.js'
import { untilSignal } from './until-signal.js'

export interface SuggestFlags extends Pick<
  SettingFlags,
  'schema' | 'url' | 'skipExtensions' | 'schemas' | 'include' | 'exclude'
> {
  readonly config?: string
  readonly only?: readonly string[]
}

/**
 * `sluice suggest`: prints relations and keys that can be guessed, as the configuration takes them. It writes nothing.
 *
 * @returns the exit code.
 * @throws {@link CodegenError} with a message for people.
 */
export async function suggest({ config, only, ...flags }: SuggestFlags): Promise<number> {
  const orders = ordersOf(flags, await readConfig(config), only)
  const report = new Progress()
  using ending = untilSignal()
  try {
    for (const order of orders) {
      process.stdout.write(`${await suggestionsFor(order, report, ending.signal)}\n`)
    }
    return 0
  } catch (error) {
    if (!ending.signal.aborted) throw error
    process.stderr.write(`${shownError(error)}\n`)
    return ending.exitCode
  }
}

async function suggestionsFor(
  { name, source, settings }: Order,
  report: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { skipExtensions = [] } = settings
  const read = (url: string) => Promise.all([introspect(url), readViewOrigins(url)])
  try {
    const { found } = await readWith(read, source, { report, skipExtensions, signal })
    const [catalog, origins] = found
    const selected = withTags(selectTables(catalog, settings, report.notify), settings)
    const declared = withDeclared(selected, settings).catalog
    const shown = shownGuesses(
      guess(declared, origins, new ChosenNames(settings.names ?? {}, declared).inflection),
    )
    return name === undefined ? shown : `// databases.${name}\n${shown}`
  } finally {
    report.clear()
  }
}
