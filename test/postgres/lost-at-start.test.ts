import { expect, test } from 'vitest'
import { drain, failureOf, Numbers, open, ROWS } from './support/fault-database.js'
import { passOn, startProxy } from './support/proxy.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

const READY = Buffer.from('Z\0\0\0\x05I', 'latin1')
const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection', ''].join('\0') + '\0'
const ENDED = Buffer.concat([
  Buffer.from('E\0\0\0', 'latin1'),
  Buffer.of(fields.length + 4),
  Buffer.from(fields),
])

test('a session that is ended in the bytes that say it is ready is an error of whoever wanted it', async () => {
  await using proxy = await startProxy(faults.url)
  proxy.relay = (bytes, to) => {
    if (!bytes.subarray(-READY.length).equals(READY)) return passOn(bytes, to)
    proxy.relay = passOn
    to.write(Buffer.concat([bytes, ENDED]))
    to.end()
  }
  await using opened = open(proxy.url)
  const numbers = new Numbers(opened.db)
  const error = await failureOf(drain(numbers.aiterator()))
  expect(error).toMatchObject({ name: 'QueryError', sqlState: '57P01', table: 'public.numbers' })
  expect(await drain(numbers.aiterator())).toBe(ROWS)
})
