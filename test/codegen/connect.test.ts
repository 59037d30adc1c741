import { describe, expect, it } from 'vitest'
import { CodegenError } from '../../codegen/errors.js'
import { connectTo } from '../../codegen/server/connect.js'

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
})
