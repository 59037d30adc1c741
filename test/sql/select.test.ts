import { describe, expect, it } from 'vitest'
import { compile } from '../../src/sql/compile.js'
import { selectCount, selectExists, selectRows } from '../../src/sql/select/select.js'
import { exclude, filter } from '../../src/query/filter/filter.js'
import { distinct } from '../../src/query/order/distinct.js'
import { orderBy } from '../../src/query/order/order-by.js'
import { only, values } from '../../src/query/selection.js'
import { slice } from '../../src/query/slice.js'
import * as query from '../../src/query/state.js'
import type { QueryState } from '../../src/query/state.js'
import { schema } from '../../generated/index.js'

const productSalesSchema = schema.table('public.product_sales')
const usersSchema = schema.table('public.users')

const users = query.initialState(usersSchema)
const rows = (state: QueryState): string => compile((creator) => selectRows(creator, state)).sql
const count = (state: QueryState): string => compile((creator) => selectCount(creator, state)).sql
const exists = (state: QueryState): string => compile((creator) => selectExists(creator, state)).sql
const where = (...filters: object[]): string =>
  rows(filter(only(users, ['id']), filters)).replace(
    'select "users"."id" as "id" from "public"."users" as "users"',
    '',
  )

describe('a SELECT', () => {
  it('names its columns, qualified, under their properties', () => {
    expect(rows(only(users, ['isActive']))).toBe(
      'select "users"."id" as "id", "users"."is_active" as "isActive" from "public"."users" as "users"',
    )
  })

  it('has no trace of a table’s other columns', () => {
    expect(rows(values(query.initialState(productSalesSchema), ['units']))).toBe(
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
    const state = filter(users, [{ id: { in: Array.from({ length: 100_000 }, (_, id) => id) } }])
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
    const text = rows(exclude(filter(users, [condition]), [condition]))
    expect(text).not.toContain('1=1')
  })
})

describe('count and exists', () => {
  const companies = distinct(values(users, ['companyId']))

  it('ask for no more than they need', () => {
    const ordered = orderBy(users, ['name'])
    expect(count(ordered)).toBe('select count(*) as "count" from "public"."users" as "users"')
    expect(exists(ordered)).toBe('select 1 as "exists" from "public"."users" as "users" limit $1')
  })

  it('count distinct rows, and the rows of a slice', () => {
    expect(count(companies)).toMatch(/^select count\(\*\) as "count" from \(+select distinct .*\) as "rows"$/)
    expect(count(slice(users, 2, 5))).toMatch(/from \(+select .* limit \$1 offset \$2\)+ as "rows"$/)
  })

  it('look for a row behind the start of a slice of distinct rows', () => {
    expect(exists(slice(companies, 2, undefined))).toContain('distinct')
  })
})
