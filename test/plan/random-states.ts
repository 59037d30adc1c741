import { count, max, stringAgg, type TableSchema } from 'sluice'
import { schema as schemas } from '../../generated/index.js'
import { annotate } from '../../src/query/aggregate/annotate.js'
import { combine } from '../../src/query/combine.js'
import { exclude, filter } from '../../src/query/filter/filter.js'
import { SUBQUERY } from '../../src/query/filter/subquery.js'
import { distinct } from '../../src/query/order/distinct.js'
import { orderBy, reverse } from '../../src/query/order/order-by.js'
import { prefetchBy, prefetchPaths } from '../../src/query/related/prefetch-related.js'
import { selectRelated } from '../../src/query/related/select-related.js'
import { selectForUpdate } from '../../src/query/select-for-update.js'
import { only, values, valuesList } from '../../src/query/selection.js'
import { slice } from '../../src/query/slice.js'
import { initialState, inSchemas, type QueryState } from '../../src/query/state.js'
import { known } from '../../src/shape/known.js'
import { subqueryOf } from '../../src/sql/select/subquery.js'
import type { Random } from '../queryset/random.js'

/** As a repository begins. */
export function everyRow(table: TableSchema): QueryState {
  return initialState(known(table), schemas)
}

const [postsSchema, usersSchema] = [schemas.table('public.posts'), schemas.table('public.users')]
const words = ['a', 'b', '%', 'x"; --', '']

/** What a state is made by: `forms` say what is asked, `values` of which operands. */
export interface Sources {
  readonly forms: Random
  readonly values: Random
}

/** A condition, of which operands come from `values` and all else from `forms`. */
function userFilter(sources: Sources, depth: number): unknown {
  const { forms: random, values } = sources
  const inner = () => userFilter(sources, depth - 1)
  const word = () => values.pick(words)
  const id = () => values.below(50)
  switch (random.below(depth > 0 ? 20 : 13)) {
    case 0:
      return { id: id() }
    case 1:
      return { id: { gte: id(), lt: id() } }
    case 2:
      return { id: { in: Array.from({ length: random.below(3) }, id) } }
    case 3:
      return { companyId: { [random.pick(['exact', 'ne'])]: random.pick([null, 1, 2]) } }
    case 4:
      return { companyId: { [random.pick(['in', 'notIn'])]: random.pick([[], [null], [1, null], [1, 2]]) } }
    case 5:
      return { name: { [random.pick(['contains', 'iStartsWith', 'regex', 'iExact'])]: word() } }
    case 6:
      return { createdAt: { [random.pick(['gte', 'lt'])]: new Date(id() * 1e9) } }
    case 7:
      return { name: { range: [word(), word()] }, isActive: random.pick([true, false]) }
    case 8:
      return {
        tags: random.pick([[word()], { contains: [word()] }, { overlaps: [] }, { length: { gt: id() } }]),
      }
    case 9:
      return { tags: { in: Array.from({ length: random.below(3) }, () => [word()]) } }
    case 10:
      return { preferences: random.pick([{ hasKey: word() }, { hasAnyKeys: [] }, { contains: { a: id() } }]) }
    case 11:
      return { birthDate: { isNull: random.pick([true, false]) } }
    case 12:
      return {}
    case 13:
      return { [random.pick(['and', 'or'])]: Array.from({ length: random.below(4) }, inner) }
    case 14:
      return { not: inner() }
    case 15:
      return { company: random.pick([null, { name: word() }, { name: { ne: word() } }]) }
    case 16:
      return { postsByAuthor: { [random.pick(['some', 'every', 'none'])]: { title: word() } } }
    case 17: {
      const state = slice(orderBy(filter(everyRow(usersSchema), [inner()]), ['id']), 0, 1 + id())
      return { id: { in: { [SUBQUERY]: () => subqueryOf(state) } } }
    }
    case 18:
      return (eb: (...of: unknown[]) => unknown) =>
        eb(random.pick(['name', 'email']), random.pick(['=', '>']), word())
    default:
      return (eb: { or: (of: unknown[]) => unknown } & ((...of: unknown[]) => unknown)) =>
        eb.or([eb('id', 'in', [id(), id()]), eb('name', 'is', null), eb('company_id', '=', id())])
  }
}

function userAggregates({ forms: random, values }: Sources): object {
  return {
    [random.pick(['n', 'm'])]: random.pick([
      count('postsByAuthor'),
      count('postsByAuthor', { filter: { title: values.pick(words) } }),
      max('postsByAuthor.id'),
      stringAgg('postsByAuthor.title', random.pick([', ', ';']), { orderBy: 'id' }),
    ]),
  }
}

/** A state of random parts: of its steps, those that may not come where they do are left out. */
export function randomState(sources: Sources): QueryState {
  const { forms: random, values: drawn } = sources
  const steps: ((state: QueryState) => QueryState)[] = [
    (state) => filter(state, [userFilter(sources, 2)]),
    (state) => filter(state, [userFilter(sources, 1)]),
    (state) => exclude(state, [userFilter(sources, 1)]),
    (state) => orderBy(state, random.pick([['id'], ['-name', 'id'], []])),
    (state) => reverse(state),
    (state) => distinct(state, random.pick([[], ['companyId']])),
    (state) =>
      slice(state, random.pick([0, 1 + drawn.below(3)]), random.pick([undefined, 9 + drawn.below(20)])),
    (state) => only(state, random.pick([['name'], ['email', 'name']])),
    (state) => values(state, random.pick([['companyId'], ['name', 'id']])),
    (state) =>
      valuesList(
        state,
        random.pick([
          ['id', 'name'],
          ['id', { flat: true }],
        ]),
      ),
    (state) => annotate(state, userAggregates(sources)),
    (state) => filter(state, [{ n: { gt: drawn.below(3) } }]),
    (state) => selectRelated(state, ['company']),
    (state) => prefetchPaths(state, [random.pick(['postsByAuthor', 'company'])]),
    (state) =>
      prefetchBy(
        state,
        'postsByAuthor',
        slice(
          filter(everyRow(postsSchema), [{ title: { ne: drawn.pick(words) } }]),
          random.pick([0, 1 + drawn.below(2)]),
          random.pick([undefined, 4 + drawn.below(3)]),
        ),
      ),
    (state) => selectForUpdate(state, random.pick([{}, { skipLocked: true }, { noKey: true }])),
    (state) => inSchemas(state, random.pick(['public', 'tenant'])),
    (state) =>
      combine(
        state,
        [filter(state, [userFilter(sources, 1)])],
        random.pick(['union', 'union all', 'except']),
      ),
  ]
  let state = everyRow(usersSchema)
  for (let step = 1 + random.below(5); step > 0; step--) {
    try {
      state = random.pick(steps)(state)
    } catch {
      // Not after what was there before.
    }
  }
  return state
}
