import { QueryCreator, WithSchemaPlugin } from 'kysely'
import { UsageError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { ownValues } from '../kysely/own-values.js'
import { refuseOnOther } from '../kysely/others/engine.js'
import { scopedState } from '../query/scoped/scoped.js'
import { refuseAfter, type QueryState } from '../query/state.js'
import type { Builder } from '../sql/compile.js'
import { selectFreeHand } from '../sql/select/free-hand.js'
import { decodePlugin } from './decode-plugin.js'

/** A queryset as a Kysely builder, whose rows are the queryset's. */
export function kyselyBuilder(binding: Binding, asked: QueryState): Builder {
  const state = scopedState(asked)
  refuseAfter(state, 'toKysely', 'union', 'prefetchRelated')
  refuseOnOther(
    binding.engine,
    'toKysely()',
    "its rows are read by the types that the server names, of which Kysely's drivers tell nothing",
  )
  const { shape } = state.selection
  if (shape === 'tuple' || shape === 'value') {
    throw new UsageError('Cannot call toKysely() after valuesList(): its rows are objects. Use values().')
  }
  const decoding = ownValues(binding).withPlugin(decodePlugin(state))
  const schema = state.schemas.defaultSchema
  const executor = schema === undefined ? decoding : decoding.withPluginAtFront(new WithSchemaPlugin(schema))
  return selectFreeHand(new QueryCreator<object>({ executor }), state)
}
