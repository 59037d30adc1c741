import { describe, expect, it } from 'vitest'
import * as narrowing from '../../src/query/narrowing.js'
import * as query from '../../src/query/state.js'
import { usersSchema } from '../../generated/index.js'

const users = query.initialState(usersSchema)

describe('a state', () => {
  const changes: Record<string, (state: query.QueryState) => query.QueryState> = {
    filtered: (state) => narrowing.filtered(state, [{ id: 1 }]),
    excluded: (state) => narrowing.excluded(state, [{ id: 1 }]),
    ordered: (state) => narrowing.ordered(state, ['-id']),
    reversed: (state) => narrowing.reversed(state),
    sliced: (state) => narrowing.sliced(state, 1, 2),
    narrowed: (state) => narrowing.narrowed(state, ['name']),
    deferred: (state) => narrowing.deferred(state, ['name']),
    valued: (state) => narrowing.valued(state, ['name']),
    listed: (state) => narrowing.listed(state, ['name'], true),
    distinctRows: (state) => narrowing.distinctRows(state),
    emptied: (state) => narrowing.emptied(state),
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
    const filter = { id: { in: ids } }
    const state = narrowing.filtered(users, [filter])
    const before = JSON.stringify(state)
    ids.push(3)
    filter.id = { in: [] }
    expect(JSON.stringify(state)).toBe(before)
  })
})

describe('slices', () => {
  it('are counted within each other', () => {
    const twice = narrowing.sliced(narrowing.sliced(users, 10, 20), 5, 8)
    expect(twice).toMatchObject({ offset: 15, limit: 3, none: false })
  })

  it('that hold nothing ask for nothing', () => {
    expect(narrowing.sliced(users, 3, 3).none).toBe(true)
    expect(narrowing.sliced(users, 3, 1).none).toBe(true)
    expect(narrowing.sliced(narrowing.sliced(users, 0, 5), 5, undefined).none).toBe(true)
  })
})
