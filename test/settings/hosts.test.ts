import { describe, expect, test } from 'vitest'
import { ConnectionParameters } from '../../src/settings/connection-parameters.js'
import { hostsOf, withOneHost } from '../../src/settings/hosts.js'

const read = (connectionString: string, settings = {}) =>
  hostsOf(new ConnectionParameters({ connectionString, ...settings })).map(({ host, port, address }) =>
    [host, port, address].join(' '),
  )

describe('the hosts of a connection string', () => {
  test.each([
    ['postgres://a,b/db', ['a 5432 ', 'b 5432 ']],
    ['postgres://a:1,b:2/db', ['a 1 ', 'b 2 ']],
    ['postgres://a:1,b/db', ['a 1 ', 'b 5432 ']],
    ['postgres://u:p@[::1]:1,[fe80::2]:2,c/db', ['::1 1 ', 'fe80::2 2 ', 'c 5432 ']],
    ['postgres://u:p,q@a:1,b:2?application_name=a,b', ['a 1 ', 'b 2 ']],
    ['postgres://u:p@q,r@a:1,b:2/db', ['a 1 ', 'b 2 ']],
    ['postgres://%2Ftmp%2Fone,b/db', ['/tmp/one 5432 ', 'b 5432 ']],
    ['postgres://u@/db?host=a,b&port=7', ['a 7 ', 'b 7 ']],
    ['postgres://a,b/db?hostaddr=1.1.1.1,2.2.2.2', ['a 5432 1.1.1.1', 'b 5432 2.2.2.2']],
    ['postgres:///db?hostaddr=1.1.1.1,2.2.2.2', ['1.1.1.1 5432 1.1.1.1', '2.2.2.2 5432 2.2.2.2']],
    // One is pg's to find.
    ['postgres://u:p@q,r@a:1/db', ['  ']],
    ['postgres://a/db', ['  ']],
    ['/var/run/one,two db', ['  ']],
  ])('%s', (connectionString, expected) => {
    expect(read(connectionString)).toEqual(expected)
  })

  test('leave a string that pg can read, with its password as it was', () => {
    expect(withOneHost('postgres://u:p@q,r@a:1,b:2/db?x=1')).toBe('postgres://u:p@q,r@a:1/db?x=1')
    expect(withOneHost('postgres://u:p@q,r@a:1/db')).toBe('postgres://u:p@q,r@a:1/db')
  })

  test('come before those of settings', () => {
    expect(read('postgres://a,b/db', { host: 'c,d', port: '1,2' })).toEqual(['a 1 ', 'b 2 '])
  })
})
