import { describe, expect, it } from 'vitest'
import { abbreviate } from '../../src/connection/abbreviate.js'

describe('SQL in an error message', () => {
  it('is on one line, and whole when it is short', () => {
    expect(abbreviate('select 1\n  from  a ')).toBe('select 1 from a')
  })

  it('shows the beginning of a long list of columns, and the table', () => {
    const columns = Array.from({ length: 50 }, (_, index) => `"users"."column_${index}"`).join(', ')
    expect(abbreviate(`select ${columns} from "public"."users" as "users" where "id" > $1`)).toBe(
      'select "users"."column_0", "users"."colu… from "public"."users" as "users" where "id" > $1',
    )
  })

  it('is cut where it is long in other ways', () => {
    expect(abbreviate(`select ${'x'.repeat(200)}`)).toHaveLength(120)
    expect(abbreviate(`select ${'x'.repeat(200)} from ${'y'.repeat(200)}`)).toHaveLength(121)
  })
})
