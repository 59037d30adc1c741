import { describe, expect, it } from 'vitest'
import { propertyNames } from '../../codegen/naming/property.js'
import { camelCase, kebabCase, pascalCase, words } from '../../codegen/naming/words.js'

describe('words', () => {
  it.each([
    ['order_items', 'orderItems', 'OrderItems', 'order-items'],
    ['orderItems', 'orderItems', 'OrderItems', 'order-items'],
    ['Order Items', 'orderItems', 'OrderItems', 'order-items'],
    ['HTTPStatus', 'httpStatus', 'HttpStatus', 'http-status'],
    ['payment_p2007_01', 'paymentP2007_01', 'PaymentP2007_01', 'payment-p2007-01'],
    ['2fa_codes', '_2faCodes', '_2faCodes', '2fa-codes'],
    ['__proto__', 'proto', 'Proto', 'proto'],
    ['../../escape', 'escape', 'Escape', 'escape'],
    ['größe', 'größe', 'Größe', 'groe'],
    ['用户', '用户', '用户', ''],
    ['💥', 'unnamed', 'Unnamed', ''],
  ])('turns %j into an identifier and a file name', (name, camel, pascal, kebab) => {
    const parts = words(name)
    expect([camelCase(parts), pascalCase(parts), kebabCase(parts)]).toEqual([camel, pascal, kebab])
  })
})

describe('propertyNames', () => {
  it('does not depend on the order of the columns', () => {
    const names = ['user_id', 'userId', 'user-id', 'User Id', 'id']
    const forward = propertyNames(names)
    const backward = propertyNames([...names].reverse())
    expect(names.map((name) => backward.get(name))).toEqual(names.map((name) => forward.get(name)))
    expect(new Set(forward.values()).size).toBe(names.length)
    expect(forward.get('userId')).toBe('userId')
    expect(forward.get('user_id')).toBe('user_id')
  })

  it('keeps clear of what every object has and of the combinators of a filter', () => {
    const names = ['constructor', '__proto__', 'proto', 'toString', 'and', 'or', 'not']
    expect([...propertyNames(names)]).toEqual(
      expect.arrayContaining([
        ['constructor', 'constructor_'],
        ['and', 'and_'],
        ['or', 'or_'],
        ['not', 'not_'],
      ]),
    )
    const properties = [...propertyNames(names).values()]
    expect(properties.filter((property) => property in {})).toEqual([])
    expect(new Set(properties).size).toBe(names.length)
  })
})
