import { describe, expect, it } from 'vitest'
import { compile } from '../../src/sql/compile.js'
import { selectCount, selectExists, selectRows } from '../../src/sql/select/select.js'
import * as narrowing from '../../src/query/narrowing.js'
import * as query from '../../src/query/state.js'
import type { QueryState } from '../../src/query/state.js'
import { productSalesSchema, usersSchema } from '../../generated/index.js'

const users = query.initialState(usersSchema)
const rows = (state: QueryState): string => compile((creator) => selectRows(creator, state)).sql
const count = (state: QueryState): string => compile((creator) => selectCount(creator, state)).sql
const exists = (state: QueryState): string => compile((creator) => selectExists(creator, state)).sql
const where = (...filters: object[]): string =>
  rows(narrowing.filtered(narrowing.narrowed(users, ['id']), filters)).replace(
    'select "users"."id" as "id" from "public"."users" as "users"',
    '',
  )

describe('a SELECT', () => {
  it('names its columns, qualified, under their properties', () => {
    expect(rows(narrowing.narrowed(users, ['isActive']))).toBe(
      'select "users"."id" as "id", "users"."is_active" as "isActive" from "public"."users" as "users"',
    )
  })

  it('has no trace of a table’s other columns', () => {
    expect(rows(narrowing.valued(query.initialState(productSalesSchema), ['units']))).toBe(
      'select "product_sales"."units" as "units" from "public"."product_sales" as "product_sales"',
    )
  })
})

describe('a WHERE', () => {
  it('keeps each condition of filter together, whatever it is joined with', () => {
    let text = where({ or: [{ id: 1 }, { id: 2 }] }, { id: 3 }).replace(/"users"\."id" = \$(\d)/g, '$1')
    for (let before = ''; before !== text;) {
      before = text
      text = text.replace(/\((\d)\)/g, '$1')
    }
    expect(text).toContain('(1 or 2) and 3')
  })

  it('has one parameter for in, however long its list', () => {
    const state = narrowing.filtered(users, [{ id: { in: Array.from({ length: 100_000 }, (_, id) => id) } }])
    expect(compile((creator) => selectRows(creator, state)).parameters).toHaveLength(1)
  })

  it('has nothing of an operand in its text', () => {
    const hostile = 'x" or 1=1; --'
    const condition = {
      name: {
        exact: hostile,
        ne: hostile,
        in: [hostile],
        contains: hostile,
        regex: hostile,
        range: [hostile, hostile],
      },
      tags: { in: [[hostile]] },
      preferences: { exact: { [hostile]: hostile } },
    }
    const text = rows(narrowing.excluded(narrowing.filtered(users, [condition]), [condition]))
    expect(text).not.toContain('1=1')
  })
})

describe('count and exists', () => {
  const distinct = narrowing.distinctRows(narrowing.valued(users, ['companyId']))

  it('ask for no more than they need', () => {
    const ordered = narrowing.ordered(users, ['name'])
    expect(count(ordered)).toBe('select count(*) as "count" from "public"."users" as "users"')
    expect(exists(ordered)).toBe('select 1 as "exists" from "public"."users" as "users" limit $1')
  })

  it('count distinct rows, and the rows of a slice', () => {
    expect(count(distinct)).toMatch(/^select count\(\*\) as "count" from \(+select distinct .*\) as "rows"$/)
    expect(count(narrowing.sliced(users, 2, 5))).toMatch(
      /from \(+select .* limit \$1 offset \$2\)+ as "rows"$/,
    )
  })

  it('look for a row behind the start of a slice of distinct rows', () => {
    expect(exists(narrowing.sliced(distinct, 2, undefined))).toContain('distinct')
  })
})
