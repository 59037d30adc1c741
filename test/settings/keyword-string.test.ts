import { describe, expect, test } from 'vitest'
import { connect, SluiceDialect, UsageError } from 'sluice'
import pg from 'pg'
import { ConnectionParameters } from '../../src/settings/connection-parameters.js'
import { hostsOf, withOneHost } from '../../src/settings/hosts.js'

/** What pg makes of a string, with what we add. */
function read(connectionString: string): Record<string, unknown> {
  const { user, password, database, host, port } = new pg.Client(withOneHost(connectionString))
  const parameters = new ConnectionParameters({ connectionString })
  return { user, password, host, port, database: parameters.get('dbname') ?? database }
}

describe('a connection string in words', () => {
  test.each<[string, Record<string, unknown>]>([
    [
      'host=a port=7 user=u password=p dbname=d',
      { host: 'a', port: 7, user: 'u', password: 'p', database: 'd' },
    ],
    [' host = a\n\tdbname=d ', { host: 'a', database: 'd' }],
    ["password='a b' host=a", { password: 'a b', host: 'a' }],
    ["password='it\\'s \\\\' host=a", { password: "it's \\", host: 'a' }],
    ['password=a\\ b\\\\ host=a', { password: 'a b\\', host: 'a' }],
    ["password='' host=a", { host: 'a' }],
    ['password=%2F+&?#@: host=a', { password: '%2F+&?#@:', host: 'a' }],
    ["dbname='my/odd %20 ü&db' host=/tmp", { database: 'my/odd %20 ü&db', host: '/tmp' }],
    ['host=a host=b', { host: 'b' }],
    ['host=a dbname=postgres://b/c', { host: 'a', database: 'postgres://b/c' }],
  ])('%j', (text, expected) => {
    expect(read(text)).toMatchObject(expected)
  })

  test('has lists of hosts', () => {
    const connectionString =
      'host=a,b,::1 port=1,2,3 hostaddr=1.1.1.1,2.2.2.2,::1 target_session_attrs=prefer-standby'
    const parameters = new ConnectionParameters({ connectionString })
    expect(
      hostsOf(parameters).map(({ host, port, address, target }) => [host, port, address, target].join(' ')),
    ).toEqual([
      'a 1 1.1.1.1 standby',
      'b 2 2.2.2.2 standby',
      '::1 3 ::1 standby',
      'a 1 1.1.1.1 any',
      'b 2 2.2.2.2 any',
      '::1 3 ::1 any',
    ])
  })

  test.each([
    ["host=a password='hush", 'cannot be read'],
    ['host=a hush', 'cannot be read'],
    ["host=a password='hush'x", 'cannot be read'],
    ['host=a target_session_attrs=hush', 'target_session_attrs is one of'],
    ['host=a,b port=1,2,3 password=hush', 'port has 3 values for 2 hosts'],
    ['host=a service=hush', 'service cannot be honoured'],
  ])('%s is refused, without its secrets', (connectionString, message) => {
    for (const make of [
      () => connect({ connectionString }),
      () => new SluiceDialect({ pool: new pg.Pool({ connectionString }) }),
    ]) {
      expect(make).toThrow(UsageError)
      expect(make).toThrow(message)
      expect(make).not.toThrow('hush')
    }
  })

  test('is none where it is a URL or the folder of a socket', () => {
    for (const text of ['postgres://a/d?host=b', '/var/run d', 'socket:/tmp?db=d', ''])
      expect(withOneHost(text)).toBe(text)
  })
})
