import {
  CamelCasePlugin,
  createQueryId,
  DeduplicateJoinsPlugin,
  HandleEmptyInListsPlugin,
  ParseJSONResultsPlugin,
  SelectQueryNode,
  TableNode,
  WithSchemaPlugin,
  type KyselyPlugin,
  type RootOperationNode,
} from 'kysely'
import { UsageError } from '../errors.js'

/** A class of plugins, by its name as well: there may be two copies of Kysely, or minified ones. */
interface PluginClass {
  readonly name: string
  readonly itself?: new (...args: never[]) => KyselyPlugin
}

const WITH_SCHEMA: PluginClass = { name: 'WithSchemaPlugin', itself: WithSchemaPlugin }

/**
 * Kysely's own plugins that change free-hand SQL and its results only: our SQL has what they are for, or does not need it.
 */
const WITHOUT_EFFECT: readonly PluginClass[] = [
  { name: 'CamelCasePlugin', itself: CamelCasePlugin },
  { name: 'DeduplicateJoinsPlugin', itself: DeduplicateJoinsPlugin },
  { name: 'HandleEmptyInListsPlugin', itself: HandleEmptyInListsPlugin },
  { name: 'NoopPlugin' },
  { name: 'ParseJSONResultsPlugin', itself: ParseJSONResultsPlugin },
  // Of Kysely 0.29.
  { name: 'SafeNullComparisonPlugin' },
]

/**
 * The schema that Kysely's `withSchema` stands for among these plugins, as they would write it.
 *
 * @throws {@link UsageError} for a plugin that is not known to leave our SQL as it is.
 */
export function schemaByPlugins(plugins: readonly KyselyPlugin[]): string | undefined {
  const unknown = plugins.find((each) => ![WITH_SCHEMA, ...WITHOUT_EFFECT].some((known) => isA(each, known)))
  if (unknown !== undefined) {
    throw new UsageError(
      `Repositories write their own SQL, which the plugin ${nameOf(unknown)} of this Kysely instance would not see. Give ` +
        'them the instance without it, repositories(db.withoutPlugins()), if what it does is not meant for them.',
    )
  }
  if (!plugins.some((plugin) => isA(plugin, WITH_SCHEMA))) return undefined
  const queryId = createQueryId()
  let written: RootOperationNode = SelectQueryNode.createFrom([TableNode.create('probe')])
  for (const plugin of plugins) written = plugin.transformQuery({ node: written, queryId })
  const [from] = SelectQueryNode.is(written) ? (written.from?.froms ?? []) : []
  return from && TableNode.is(from) ? from.table.schema?.name : undefined
}

/** Of the class, or of one under it that transforms queries as it does. */
function isA(plugin: KyselyPlugin, { name, itself }: PluginClass): boolean {
  let each = plugin
  while (each.constructor !== itself && each.constructor.name !== name) {
    // Objects all the way, until there is none.
    const parent = Object.getPrototypeOf(each) as KyselyPlugin | null
    if (parent?.transformQuery !== plugin.transformQuery) return false
    each = parent
  }
  return true
}

function nameOf(plugin: KyselyPlugin): string {
  const { name } = plugin.constructor
  return name === 'Object' ? 'without a name (an object)' : name
}
