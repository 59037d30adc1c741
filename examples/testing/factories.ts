import { randomUUID } from 'node:crypto'
import type { NewOrder, NewUser, Order, Repositories, User } from '../../generated/index.js'

export type Factories = ReturnType<typeof factories>

/**
 * Makes rows of which a test says no more than what it is about. All else is valid, and unlike that of any other row: a test
 * that needs a name to be another's says so.
 */
export function factories({ users, addresses, orders }: Repositories) {
  const user = (given: Partial<NewUser> = {}): Promise<User> => {
    const name = `User ${randomUUID()}`
    return users.create({ email: `${name.replace(' ', '.')}@example.com`, name, ...given })
  }
  const address = async (userId: number) => {
    const [street, city] = ['1 High Street', 'London']
    return addresses.create({ userId, label: randomUUID(), recipient: 'R', street, postalCode: 'N1', city })
  }
  const order = async (given: Partial<NewOrder> = {}): Promise<Order> => {
    const userId = given.userId ?? (await user()).id
    const { id } = await address(userId)
    return orders.create({ userId, shippingAddressId: id, billingAddressId: id, ...given })
  }
  return { user, address, order }
}
