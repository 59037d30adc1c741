import { describe, expect, test, vi } from 'vitest'
import { PASSWORD } from './support/secure-server.js'
import { failure, forms, type World } from './support/world.js'

/** How a server may ask for the password, by `require_auth` and `channel_binding`. */
export function logins(world: World): void {
  const place = (user: string, ssl = true) => ({
    ...{ host: 'localhost', port: world.server.port, database: 'postgres', user, password: PASSWORD },
    ...(ssl && { ssl: { ca: world.server.certificates.ca.cert } }),
  })

  describe.each(forms)('a login in %s', (form) => {
    test.each([
      ['secure', 'scram-sha-256'],
      ['secure', 'md5, scram-sha-256'],
      ['secure', '!password,!md5'],
      ['hashed', 'md5'],
      ['clear', 'password,none'],
      ['clear', '!scram-sha-256'],
    ])('as %s is as require_auth=%s wants it', async (user, require_auth) => {
      expect(await world.session(form, { ...place(user), require_auth })).toMatchObject({ ssl: true })
    })

    test.each([
      ['secure', 'md5', 'asked for the password by scram-sha-256'],
      ['secure', 'none', 'asked for the password by scram-sha-256'],
      ['secure', '!scram-sha-256', 'asked for the password by scram-sha-256'],
      ['hashed', 'scram-sha-256', 'asked for the password by md5'],
      ['clear', 'scram-sha-256,md5', 'asked for the password by password'],
      ['clear', '!password', 'asked for the password by password'],
    ])('as %s is refused against require_auth=%s', async (user, require_auth, problem) => {
      const { error } = await failure(world.session(form, { ...place(user), require_auth }))
      expect(error.message).toContain(`The server ${problem}, against require_auth`)
    })

    test('is bound to its channel by channel_binding=require', async () => {
      const bound = { ...place('secure'), channel_binding: 'require' as const }
      expect(await world.session(form, bound)).toMatchObject({ ssl: true })
      const connectionString = world.url('secure', { sslmode: 'no-verify', channel_binding: 'require' })
      expect(await world.session(form, { connectionString })).toMatchObject({ ssl: true })
    })

    test.each(['hashed', 'clear'])('as %s, which cannot be bound, is refused', async (user) => {
      const session = world.session(form, { ...place(user), channel_binding: 'require' })
      const { error } = await failure(session)
      expect(error.message).toContain(
        'did not bind the login to a TLS channel, against channel_binding=require',
      )
    })
  })

  test('without TLS cannot be bound', async () => {
    const { error } = await failure(
      world.session('toArray()', { ...place('plain', false), channel_binding: 'require' }),
    )
    expect(error.message).toMatch(/did not bind the login to a TLS channel|no pg_hba.conf entry/)
  })

  test('is held to what the environment says', async () => {
    vi.stubEnv('PGREQUIREAUTH', 'scram-sha-256')
    const { error } = await failure(world.session('toArray()', place('clear')))
    expect(error.message).toContain('asked for the password by password')
    vi.unstubAllEnvs()
  })
}
