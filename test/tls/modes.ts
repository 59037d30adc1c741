import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failure, forms, type World } from './support/world.js'

/** What each `sslmode` of a connection string comes to; pg treats all up to `verify-full` alike. */
export function modes(world: World): void {
  let folder: string
  let files: { ca: string; stranger: string }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'))
    files = { ca: join(folder, 'ca.crt'), stranger: join(folder, 'stranger.crt') }
    await writeFile(files.ca, world.server.certificates.ca.cert)
    await writeFile(files.stranger, world.server.certificates.stranger.cert)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  describe.each(forms)('sslmode in %s', (form) => {
    test('disable sends the password without TLS, and is refused where TLS is a must', async () => {
      const open = world.session(form, { connectionString: world.url('plain', { sslmode: 'disable' }) })
      expect(await open).toEqual({ identity: 'scram-sha-256:plain', ssl: false, client: '' })
      const refused = world.session(form, { connectionString: world.url('secure', { sslmode: 'disable' }) })
      const { error } = await failure(refused)
      expect(error).toMatchObject({ name: 'QueryError', sqlState: '28000' })
      expect(error.message).toContain('no encryption')
    })

    test('no-verify encrypts without a look at the certificate', async () => {
      const connectionString = world.url('secure', { sslmode: 'no-verify' }, '127.0.0.1')
      expect(await world.session(form, { connectionString })).toMatchObject({ ssl: true })
    })

    // A worker is started for each connection of the last form, and reads them all alike.
    const verifying =
      form === 'iterator()' ? ['verify-full'] : ['prefer', 'require', 'verify-ca', 'verify-full']
    test.each(verifying)('%s verifies authority and name', async (sslmode) => {
      const url = (sslrootcert: string, host?: string) => world.url('secure', { sslmode, sslrootcert }, host)
      expect(await world.session(form, { connectionString: url(files.ca) })).toMatchObject({ ssl: true })
      const other = await failure(world.session(form, { connectionString: url(files.stranger) }))
      expect(other.causes.at(-1)).toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
      const renamed = await failure(world.session(form, { connectionString: url(files.ca, '127.0.0.1') }))
      expect(renamed.causes.at(-1)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    })

    test("uselibpqcompat=true gives the modes libpq's meaning", async () => {
      const read = (sslmode: string, sslrootcert?: string, host = '127.0.0.1') => {
        const settings = {
          uselibpqcompat: 'true',
          sslmode,
          ...(sslrootcert !== undefined && { sslrootcert }),
        }
        return world.session(form, { connectionString: world.url('secure', settings, host) })
      }
      expect(await read('require')).toMatchObject({ ssl: true })
      expect(await read('verify-ca', files.ca)).toMatchObject({ ssl: true })
      expect((await failure(read('verify-ca', files.stranger))).causes.at(-1)).toMatchObject({
        code: 'SELF_SIGNED_CERT_IN_CHAIN',
      })
      expect(await read('verify-full', files.ca, 'localhost')).toMatchObject({ ssl: true })
      expect((await failure(read('verify-full', files.ca))).causes.at(-1)).toMatchObject({
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      })
      const unfounded = await failure(read('verify-ca'))
      expect(unfounded.error.name).toBe('QueryError')
      expect(unfounded.error.message).toContain('sslrootcert')
    })
  })
}
