import type { Repositories } from '../../generated/index.js'
export function forms({ users, orders }: Repositories) {
  return users.prefetchRelated({ orders: orders.filter({ status: 'paid' }) }).toArray()
}
