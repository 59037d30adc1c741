import { describe, expect, it, vi } from 'vitest'
import { CodegenError } from '../../codegen/errors.js'
import { connectTo, urlOfOne } from '../../codegen/server/connect.js'
import { createDatabase } from '../../codegen/server/index.js'
import { testServer } from '../support/test-server.js'

describe('connecting', () => {
  it.each([
    ['a password with a hash', 'postgres://u:77#secret@127.0.0.1/x', /is no URL.*%23 for #/],
    ['a password with a slash', 'postgres://u:77/secret@127.0.0.1:1/x', /is no URL.*%2F for \//],
    ['a password with a question mark', 'postgres://u:77?secret@127.0.0.1:1/x', /is no URL.*%3F for \?/],
    [
      'a file that is not there',
      'postgres://u:77secret@127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/no/ca.pem',
      /Cannot connect .*\/no\/ca\.pem/,
    ],
    ['a port where nobody listens', 'postgres://u:77secret@127.0.0.1:1/x', /127\.0\.0\.1:1 .*ECONNREFUSED/],
    ['a user in the query', 'postgres://127.0.0.1:1/x?user=a@b', /127\.0\.0\.1:1 .*ECONNREFUSED/],
  ])('says what is wrong with %s, and no password', async (_what, url, message) => {
    const error: unknown = await connectTo(url, 'to read its schema').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(CodegenError)
    expect(String(error)).toMatch(message)
    expect(String(error)).not.toMatch(/secret|77/)
  })

  const { host } = new URL(testServer.url)
  const several = testServer.url.replace(host, `127.0.0.1:1,${host}`)

  it('goes on to the next host of a list, and says why none will do', async () => {
    const client = await connectTo(several, 'to read its schema')
    expect(`${client.host}:${String(client.port)}`).toBe(host)
    await client.end()
    await expect(connectTo(`${several}?target_session_attrs=standby`, 'a test')).rejects.toThrow(
      new RegExp(
        `any of the servers \\(a test\\): .*127.0.0.1:1; ${host} is not standby \\(target_session_attrs\\)`,
      ),
    )
    const wrong = several.replace(/:[^:@]+@/, ':wrong@').replace(`127.0.0.1:1,${host}`, `${host},127.0.0.1:1`)
    await expect(connectTo(wrong, 'a test')).rejects.toThrow(
      /: password authentication failed for user "[^"]+"$/,
    )
  })

  it('makes scratch databases on the one that it found', async () => {
    const url = await urlOfOne(several, 'a test')
    expect(new URL(url).host).toBe(host)
    const { username, password } = new URL(url)
    const [name, port] = host.split(':')
    const words = `host=127.0.0.1,${name} port=1,${port} user=${username} password=${password} dbname=postgres`
    for (const text of [several, words]) {
      const database = await createDatabase({ url: await urlOfOne(text, 'a test') })
      const client = await connectTo(database.url, 'a test')
      expect(client.database).toBe(database.name)
      await client.end()
      await database.drop()
    }
  })

  it('takes the target from PGTARGETSESSIONATTRS', async () => {
    vi.stubEnv('PGTARGETSESSIONATTRS', 'standby')
    await expect(connectTo(testServer.url, 'a test')).rejects.toThrow('is not standby')
    vi.unstubAllEnvs()
  })
})
