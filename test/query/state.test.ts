import { describe, expect, it } from 'vitest'
import { exclude, filter } from '../../src/query/filter/filter.js'
import { distinct } from '../../src/query/order/distinct.js'
import { orderBy, reverse } from '../../src/query/order/order-by.js'
import { defer, only, values, valuesList } from '../../src/query/selection.js'
import { slice } from '../../src/query/slice.js'
import * as query from '../../src/query/state.js'
import { compile } from '../../src/sql/compile.js'
import { selectRows } from '../../src/sql/select/select.js'
import { schema } from '../../generated/index.js'

const usersSchema = schema.table('public.users')

const users = query.initialState(usersSchema)

/** What a state asks for, with its values. */
function sent(state: query.QueryState) {
  const { sql, parameters } = compile((creator) => selectRows(creator, state))
  return { sql, parameters }
}

describe('a state', () => {
  const changes: Record<string, (state: query.QueryState) => query.QueryState> = {
    filter: (state) => filter(state, [{ id: 1 }]),
    exclude: (state) => exclude(state, [{ id: 1 }]),
    orderBy: (state) => orderBy(state, ['-id']),
    reverse: (state) => reverse(state),
    slice: (state) => slice(state, 1, 2),
    only: (state) => only(state, ['name']),
    defer: (state) => defer(state, ['name']),
    values: (state) => values(state, ['name']),
    valuesList: (state) => valuesList(state, ['name', { flat: true }]),
    distinct: (state) => distinct(state),
    none: (state) => query.change(state, { none: true }),
  }

  it.each(Object.keys(changes))('%s is a new, frozen one, and the old one stays as it was', (name) => {
    const before = JSON.stringify(users)
    const after = changes[name]!(users)
    expect(after).not.toBe(users)
    expect(Object.isFrozen(after)).toBe(true)
    expect(JSON.stringify(users)).toBe(before)
  })

  it('does not change when what it was built from does', () => {
    const ids = [1, 2]
    const byId = { id: { in: ids } }
    const state = filter(users, [byId])
    const before = sent(state)
    ids.push(3)
    byId.id = { in: [] }
    expect(sent(state)).toEqual(before)
    expect(before.parameters).toEqual(['{1,2}'])
  })
})

describe('slices', () => {
  it('are counted within each other', () => {
    const twice = slice(slice(users, 10, 20), 5, 8)
    expect(twice.none).toBe(false)
    expect(sent(twice).parameters).toEqual(['3', '15'])
  })

  it('that hold nothing ask for nothing', () => {
    expect(slice(users, 3, 3).none).toBe(true)
    expect(slice(slice(users, 0, 5), 5, undefined).none).toBe(true)
  })
})
