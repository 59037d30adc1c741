import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { exportOpenOrders } from '../../examples/export-orders.js'
import { hasServerLog, serverLog } from '../support/database.js'
import { openShop } from '../support/shop.js'

it('exports open orders with their customers, companies, cities and coupons by one query', async () => {
  await using shop = await openShop({ users: 20 })
  await shop.sql(`
    insert into companies (name) values ('Acme');
    update users set company_id = 1 where id % 2 = 0;
    insert into addresses (user_id, recipient, street, city, postal_code)
      select id, name, 'Street ' || id, 'City ' || id, '1' from users order by id;
    insert into coupons (code, discount) values ('SPRING', 10);
    insert into orders (user_id, status, billing_address_id, shipping_address_id, coupon_id, placed_at)
      select id, (array['pending', 'paid', 'shipped']::order_status[])[id % 3 + 1], id, id,
        case when id % 5 = 0 then 1 end, timestamptz '2026-01-01 00:00:00Z' + id * interval '1 hour'
      from users`)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  const log = hasServerLog ? serverLog(shop.database) : undefined
  const mark = await log?.mark()
  try {
    const path = join(folder, 'orders.csv')
    expect(await exportOpenOrders(shop.orders, path)).toBe(13)
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(14)
    expect(lines[0]).toBe('order,status,placedAt,customer,company,city,coupon')
    expect(lines.slice(1, 4).map((line) => line.split(',').slice(1).join(','))).toEqual([
      'paid,2026-01-01T01:00:00.000Z,User 1,,City 1,',
      'pending,2026-01-01T03:00:00.000Z,User 3,,City 3,',
      'paid,2026-01-01T04:00:00.000Z,User 4,Acme,City 4,',
    ])
    expect(lines.filter((line) => line.endsWith(',SPRING'))).toHaveLength(2)
    if (log && mark !== undefined) {
      const reads = (await log.statementsSince(mark)).filter(({ sql }) => sql.startsWith('select'))
      expect(reads.filter(({ kind }) => kind !== 'fetch').map(({ kind }) => kind)).toEqual(['execute'])
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
