import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QueryError, SchemaDriftError } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

/** Functions that ask for what is not there, and which the server does not look into before it runs them. */
const BODIES: Readonly<Record<string, string>> = {
  'of SQL that asks for a table': `language sql stable as 'select id from nowhere'`,
  'of SQL that asks for a column': `language sql volatile as 'select nothing from users limit 1'`,
  'of SQL that asks for a type': `language sql immutable as 'select cast(null as no_type)::text::int'`,
  'of PL/pgSQL that asks for a table': `language plpgsql as 'begin return (select id from nowhere); end'`,
  'of PL/pgSQL that runs SQL': `language plpgsql as 'begin execute ''select no_schema.f()''; return 1; end'`,
  'of PL/pgSQL that reads a name': `language plpgsql as 'begin return ''nowhere''::regclass::oid; end'`,
}

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
  await shop.sql('alter view order_summaries rename to summaries')
})

afterAll(() => shop[Symbol.asyncDispose]())

describe('a view by a function', () => {
  it.each(Object.entries(BODIES))('%s is at fault itself: the schema is what it was', async (_, body) => {
    await shop.sql(`set check_function_bodies = off; create or replace function at_fault() returns int ${body};
      create or replace view order_summaries as
        select summaries.* from summaries right join (select at_fault() as answer) x on answer > 0`)
    const { orderSummaries } = shop
    const streamed = async () => {
      for await (const row of orderSummaries.aiterator()) void row
    }
    const attempts = [() => orderSummaries.toArray(), () => orderSummaries.count(), streamed]
    for (const attempt of attempts) {
      const error: unknown = await attempt().catch((met: unknown) => met)
      expect(error).toBeInstanceOf(QueryError)
      expect(error).not.toBeInstanceOf(SchemaDriftError)
      expect(error).toMatchObject({ message: expect.stringContaining('does not exist') as unknown })
    }
  })
})
