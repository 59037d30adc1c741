import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrayAgg, count, max, min, OptionError, SluiceError, stringAgg, sum } from 'sluice'
import { hostileStrings, unstorableStrings } from './corpus.js'
import { pretenders } from './pretenders.js'
import { call, openTarget, run, type AnyRepository, type Target } from './target.js'

const tables = `
  create table owners (id integer primary key, label text);
  create table things (
    id integer primary key, label text, owner_id integer references owners, doc jsonb, texts text[]
  );
  insert into owners values (1, 'a');
  insert into things values (1, 'b', 1, '{}', '{}');`

const KNOWN = [
  'id',
  'label',
  'owner_id',
  'doc',
  'texts',
  'owner',
  '-id',
  '-label',
  '*',
  'and',
  'or',
  'not',
  'self',
  '',
]

/** Names that neither the table nor any method knows. */
const strangers = [...hostileStrings, ...unstorableStrings].filter((text) => !KNOWN.includes(text))

const withKey = (key: unknown, value: unknown): object => Object.fromEntries([[key, value]]) as object

/** A method given a name where it takes one. */
type Position = readonly [where: string, use: (things: AnyRepository, name: unknown) => unknown]

/** Where a name is an argument or an element: from JavaScript it may be anything. */
const argumentPositions: readonly Position[] = [
  ...[
    'orderBy',
    'distinct',
    'only',
    'defer',
    'values',
    'valuesList',
    'selectRelated',
    'prefetchRelated',
  ].flatMap((method): Position[] => [
    [method, (things, name) => call(things, method, name)],
    [`${method}, first of two`, (things, name) => call(things, method, name, 'id')],
  ]),
  ['valuesList, flat', (things, name) => call(things, 'valuesList', name, { flat: true })],
  ['inBulk', (things, name) => run(things, 'inBulk', [1], { field: name })],
  ['count', (things, name) => call(things, 'annotate', { x: count(name as string, {}) })],
  ['sum', (things, name) => run(things, 'aggregate', { x: sum(name as string) })],
  ['min', (things, name) => run(call(things, 'slice', 0, 1), 'aggregate', { x: min(name as string) })],
  ['max', (things, name) => call(call(things, 'values', 'label'), 'annotate', { x: max(name as string) })],
  [
    'arrayAgg orderBy',
    (things, name) => run(things, 'aggregate', { x: arrayAgg('id', { orderBy: [name as string] }) }),
  ],
  ['selectForUpdate of', (things, name) => run(call(things, 'selectForUpdate', { of: [name] }), 'toSQL')],
  ['explain format', (things, name) => run(things, 'explain', { format: name })],
  ['explain flag', (things, name) => run(things, 'explain', { analyze: name === true ? 1 : (name ?? 1) })],
  ['bulkUpdate', (things, name) => run(things, 'bulkUpdate', [{ id: 1 }], [name])],
  ['updateFields', (things, name) => run(things, 'bulkCreate', [{ id: 1 }], conflict([name], ['id']))],
  ['uniqueFields', (things, name) => run(things, 'bulkCreate', [{ id: 1 }], conflict(['label'], [name]))],
  ['union', (things, name) => call(things, 'union', things, name)],
]

/** Where a name is the key of an object. */
const keyPositions: readonly Position[] = [
  ['filter', (things, name) => call(things, 'filter', withKey(name, 1))],
  ['exclude', (things, name) => call(things, 'exclude', withKey(name, null))],
  ['filter by or', (things, name) => call(things, 'filter', { or: [{ id: 1 }, { not: withKey(name, 1) }] })],
  ['filter by a relation', (things, name) => call(things, 'filter', { owner: withKey(name, 1) })],
  ['a path of relations', (things, name) => call(things, 'selectRelated', `owner.${String(name)}`)],
  ['a longer path', (things, name) => call(things, 'prefetchRelated', `owner.things.${String(name)}`)],
  [
    'the path of an aggregate',
    (things, name) => call(things, 'annotate', { x: max(`owner.${String(name)}`) }),
  ],
  [
    'an aggregate with a filter',
    (things, name) => run(things, 'aggregate', { x: count({ filter: withKey(name, 1) }) }),
  ],
  ['the option of an aggregate', (things, name) => run(things, 'aggregate', { x: count(withKey(name, 1)) })],
  ['descending', (things, name) => call(things, 'orderBy', `-${String(name)}`)],
  ['the key of prefetchRelated', (things, name) => call(things, 'prefetchRelated', withKey(name, things))],
  ['a lookup', (things, name) => call(things, 'filter', { id: withKey(`${String(name)}!`, 1) })],
  ['a lookup of jsonb', (things, name) => call(things, 'filter', { doc: withKey(`${String(name)} `, 1) })],
  [
    'a lookup of a length',
    (things, name) => call(things, 'filter', { texts: { length: withKey(`${String(name)}.`, 1) } }),
  ],
  ['get', (things, name) => run(things, 'get', withKey(name, 1))],
  ['create', (things, name) => run(things, 'create', withKey(name, 1))],
  ['bulkCreate', (things, name) => run(things, 'bulkCreate', [{ id: 7 }, withKey(name, 1)])],
  ['update', (things, name) => run(call(things, 'all'), 'update', withKey(name, 1))],
  [
    'update by a function',
    (things, name) =>
      run(
        call(things, 'all'),
        'update',
        withKey(name, () => 1),
      ),
  ],
  ['getOrCreate', (things, name) => run(things, 'getOrCreate', withKey(name, 1))],
  ['getOrCreate defaults', (things, name) => run(things, 'getOrCreate', { id: 7 }, withKey(name, 1))],
  ['updateOrCreate', (things, name) => run(things, 'updateOrCreate', withKey(name, 1), {})],
  ['explain', (things, name) => run(things, 'explain', withKey(name, true))],
  ['selectForUpdate', (things, name) => call(things, 'selectForUpdate', withKey(name, true))],
  ['an option of union', (things, name) => call(things, 'union', things, withKey(name, true))],
  ['an option of bulkCreate', (things, name) => run(things, 'bulkCreate', [{ id: 7 }], withKey(name, true))],
  ['an option of valuesList', (things, name) => call(things, 'valuesList', 'id', withKey(name, true))],
]

function conflict(updateFields: readonly unknown[], uniqueFields: readonly unknown[]): object {
  return { updateConflicts: true, updateFields, uniqueFields }
}

/** Gives a position each of the names and returns those that were not refused clearly. */
async function accepted(use: Position[1], names: readonly unknown[]): Promise<unknown[]> {
  const taken: unknown[] = []
  for (const name of names) {
    try {
      await use(target.repository('things'), name)
      taken.push(name)
    } catch (error) {
      if (!(error instanceof SluiceError || error instanceof OptionError)) taken.push([name, error])
    }
  }
  return taken
}

let target: Target
let before: unknown
beforeAll(async () => {
  target = await openTarget(tables)
  before = await target.census()
})
afterAll(() => target[Symbol.asyncDispose]())

describe('a name that the schema does not have is refused and never sent', () => {
  it.each([...argumentPositions, ...keyPositions])('%s', async (_where, use) => {
    const sent = await target.statements(async () => expect(await accepted(use, strangers)).toEqual([]))
    expect(sent ?? []).toEqual([])
  })
})

describe('what only pretends to be a name is refused and never sent', () => {
  // `{}` asks for nothing, and undefined says nothing.
  const isEmpty = (name: unknown): boolean => name === undefined || isEmptyObject(name)

  it.each(argumentPositions)('%s', async (where, use) => {
    // To `values` an object says which fields there are, and is refused for any other.
    const isNaming = (name: unknown) => where.startsWith('values') && isRecordOf(name, 'label')
    const names = pretenders('label').filter((name) => !isEmpty(name) && !isNaming(name))
    const sent = await target.statements(async () => expect(await accepted(use, names)).toEqual([]))
    expect(sent ?? []).toEqual([])
  })
})

function isRecordOf(value: unknown, name: string): boolean {
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return isPlain && Object.values(value).every((each) => each === name)
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

it('an aggregate that was tampered with is looked up, never sent', async () => {
  const tampered = (name: unknown) => Object.assign(sum('id'), { function: name })
  const use: Position[1] = (things, name) => run(things, 'aggregate', { x: tampered(name) })
  expect(
    await accepted(
      use,
      strangers.filter((name) => name !== 'count'),
    ),
  ).toEqual([])
  const separated: Position[1] = (things, name) =>
    run(things, 'aggregate', { x: stringAgg('label', name as string) })
  expect(await accepted(separated, [...unstorableStrings, ...pretenders(',')])).toEqual([])
})

it('leaves everything as it was', async () => {
  expect(await target.census()).toEqual(before)
})
