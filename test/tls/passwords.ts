import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { QueryError } from 'sluice'
import { PASSWORD } from './support/secure-server.js'
import { failure, forms, sockets, type World } from './support/world.js'

/** Ways to prove a role by its password, and where the password comes from. */
export function passwords(world: World): void {
  const ssl = () => ({ ca: world.server.certificates.ca.cert })
  /** Where to connect to, without a password. */
  const place = (user: string) => ({
    ...{ host: 'localhost', port: world.server.port, database: 'postgres' },
    ...{ user, ssl: ssl() },
  })

  afterEach(() => void vi.unstubAllEnvs())

  describe.each(forms)('a password in %s', (form) => {
    test.each([
      ['secure', 'scram-sha-256'],
      ['hashed', 'md5'],
      ['clear', 'password'],
    ])('of the role %s is proven by %s, and a wrong one is refused', async (role, method) => {
      const right = world.session(form, { ...place(role), password: PASSWORD })
      expect(await right).toMatchObject({ identity: `${method}:${role}` })
      const { error } = await failure(world.session(form, { ...place(role), password: 'not-this-one' }))
      expect(error).toMatchObject({ name: 'QueryError', sqlState: '28P01' })
      expect(error.message).toContain(`password authentication failed for user "${role}"`)
    })

    test('that is missing is asked for', async () => {
      const { error } = await failure(world.session(form, place('secure')))
      expect(error.message).toContain('asks for a password, and none was given')
    })

    test('comes from PGPASSWORD, and TLS from PGSSLMODE', async () => {
      const { host, port, database } = place('secure')
      vi.stubEnv('PGPASSWORD', PASSWORD)
      vi.stubEnv('PGSSLMODE', 'no-verify')
      vi.stubEnv('PGUSER', 'secure')
      expect(await world.session(form, { host, port, database })).toMatchObject({
        identity: 'scram-sha-256:secure',
        ssl: true,
      })
      vi.stubEnv('PGSSLMODE', 'verify-full')
      const { error } = await failure(world.session(form, { host, port, database }))
      expect(error.message).toContain('self-signed certificate')
    })

    test('comes from the password file', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-pgpass-'))
      const file = join(folder, 'pgpass')
      await writeFile(file, `*:${world.server.port}:*:secure:${PASSWORD}\n`)
      await chmod(file, 0o600)
      vi.stubEnv('PGPASSFILE', file)
      expect(await world.session(form, place('secure'))).toMatchObject({ identity: 'scram-sha-256:secure' })
      await rm(folder, { recursive: true })
    })
  })

  describe.each(['toArray()', 'aiterator()'] as const)('a password function in %s', (form) => {
    test('is asked for each connection, so that a token may change', async () => {
      let token = PASSWORD
      const db = world.sluice.connect<object>({
        ...place('anyone'),
        max: 1,
        password: () => Promise.resolve(token),
      })
      try {
        expect(await world.read(form, db)).toMatchObject({ identity: 'scram-sha-256:anyone' })
        token = 'the-next-token'
        await world.server.query(`alter role anyone password '${token}'`)
        await world.server.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'anyone'",
        )
        await world.server.untilLeft()
        // The pool may not know yet that the connection it has is lost.
        const again = world.read(form, db).catch((error: QueryError) => {
          if (!error.isRetryable) throw error
          return world.read(form, db)
        })
        expect(await again).toMatchObject({ identity: 'scram-sha-256:anyone' })
      } finally {
        await world.server.query(`alter role anyone password '${PASSWORD}'`)
        await db.close()
      }
      const atOnce = { ...place('anyone'), password: () => PASSWORD }
      expect(await world.session(form, atOnce)).toMatchObject({ identity: 'scram-sha-256:anyone' })
    })

    test('that throws, rejects or gives no text fails the read, and leaves nothing open', async () => {
      const before = sockets()
      let password: () => string | Promise<string> = () => PASSWORD
      const db = world.sluice.connect<object>({ ...place('secure'), max: 1, password: () => password() })
      const broken: [() => string | Promise<string>, string][] = [
        [
          () => {
            throw new Error('thrown by the vault')
          },
          'thrown by the vault',
        ],
        [() => Promise.reject(new Error('refused by the vault')), 'refused by the vault'],
        [() => Promise.resolve(42 as unknown as string), 'Password must be a string'],
      ]
      for (const [next, message] of broken) {
        password = next
        const { error, causes } = await failure(world.read(form, db))
        expect(error.name).toBe('QueryError')
        expect(error.message).toContain(`Cannot connect to the database: ${message}`)
        expect(causes[0]?.name).toBe('ConnectionError')
      }
      // The server would wait for a password for a minute.
      await vi.waitFor(() => expect(sockets()).toBe(before))
      password = () => PASSWORD
      expect(await world.read(form, db)).toMatchObject({ ssl: true })
      await db.close()
    })
  })

  test('a password function is refused by iterator(), which says what to do', async () => {
    let asked = 0
    const password = () => String(++asked)
    const { error } = await failure(world.session('iterator()', { ...place('secure'), password }))
    expect(error).toBeInstanceOf(world.sluice.UsageError)
    expect(error.message).toContain('"password" is a function')
    expect(error.message).toContain('Use aiterator()')
    expect(asked).toBe(0)
  })
}
