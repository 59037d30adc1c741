import { sql } from 'kysely'
import { expect } from 'vitest'
import { byEveryPath } from '../queryset/every-path.js'
import { openShop, type Shop } from '../queryset/shop.js'
import { reportRows } from '../queryset/report-rows.js'

/** The shop of reports, with moments at the edges of months and preferences to look into. */
export const openDatedShop = () =>
  openShop(`${reportRows}
    UPDATE orders SET placed_at = moment, shipped_at = moment + interval '1 day 2 hours'
      FROM (VALUES (1, timestamptz '2024-01-31 23:30:00+00'), (2, '2024-02-10 12:00:00+00'),
        (3, '2024-02-29 00:15:30.25+00'), (4, '2024-12-31 23:59:59.999+00')) AS m (order_id, moment)
      WHERE id = order_id;
    UPDATE orders SET shipped_at = NULL WHERE id = 3;
    UPDATE users SET preferences = document::jsonb
      FROM (VALUES (1, '{"theme": "dark", "plan": {"name": "pro", "seats": 5, "tags": ["a", "b"]}}'),
        (2, '{"theme": null, "plan": {"name": "Free"}}')) AS d (user_id, document)
      WHERE id = user_id;`)

interface Read<R> {
  toArray(): Promise<R[]>
  aiterator(options: { chunkSize: number }): AsyncIterable<R>
  iterator(options: { chunkSize: number }): Iterable<R>
  count(): Promise<number>
  toKysely(): { execute(): Promise<unknown[]> }
}

/** The rows, which are the same by every path, in Kysely, and by their count. */
export async function everywhere<R>(queryset: Read<R>): Promise<R[]> {
  const rows = await byEveryPath(queryset)
  expect(await queryset.count()).toBe(rows.length)
  expect(await queryset.toKysely().execute()).toEqual(rows)
  return rows
}

/** What a hand-written statement answers. */
export async function byHand(shop: Shop, text: string): Promise<unknown[]> {
  return (await sql.raw(text).execute(shop.db)).rows
}
