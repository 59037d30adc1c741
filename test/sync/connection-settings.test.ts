import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { UsageError } from 'sluice'
import { connectionSettings } from '../../src/worker/connection-settings.js'

describe('the settings that a worker connects with', () => {
  test('are those of the pool, with what pg hides of them, and survive the way', () => {
    const settings = () => ({
      ...{ host: 'localhost', port: 5432, user: 'one', password: 'secret', database: 'two' },
      ssl: { ca: 'CA', cert: 'CERT', key: 'KEY', passphrase: 'open', rejectUnauthorized: true },
      ...{ sslnegotiation: 'direct' as const, enableChannelBinding: true, scramMaxIterations: 5000 },
      ...{ application_name: 'app', options: '-c work_mem=1MB', lock_timeout: 7, statement_timeout: 8 },
    })
    const { options } = new pg.Pool(settings())
    expect(structuredClone(connectionSettings(options))).toEqual(settings())
  })

  test('leave out how the pool itself is run', () => {
    const { options } = new pg.Pool({ host: 'localhost', max: 3, idleTimeoutMillis: 5, log: () => undefined })
    expect(connectionSettings(options)).toEqual({ host: 'localhost' })
  })

  test.each([
    ['password', { password: () => 'secret' }],
    ['stream', { stream: () => undefined }],
    ['ssl.checkServerIdentity', { ssl: { checkServerIdentity: () => undefined } }],
    ['ssl.ca', { ssl: { ca: [() => 'CA'] } }],
    ['options', { options: Symbol('none') }],
  ])('with %s, which cannot be copied, are refused by name', (name, settings) => {
    const { options } = new pg.Pool(settings as object)
    const refuse = (): unknown => connectionSettings(options)
    expect(refuse).toThrow(UsageError)
    expect(refuse).toThrow(`"${name}"`)
  })
})
