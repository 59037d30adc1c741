import { serialize } from 'pg-protocol'
import { describe, expect, test } from 'vitest'
import {
  bind,
  close,
  closeStatement,
  describe as describePortal,
  execute,
  parse,
  statement,
  SYNC,
} from '../../../src/pg/protocol.js'

/** pg's own serializer writes the same messages wherever it can express them. */
describe('messages are those of pg', () => {
  test.each(['select 1', '', "select 'größer', \"日本語\", '🦦'"])('Parse of %j', (sql) => {
    expect(parse(sql)).toEqual(serialize.parse({ name: '', text: sql, types: [] }))
  })

  test.each([
    [[]],
    [['a']],
    [['', null, 'größer 🦦', Buffer.of(0, 255, 0)]],
    [Array.from({ length: 300 }, String)],
  ])('Bind of %j', (values: (string | Buffer | null)[]) => {
    expect(bind('portal', values, [1])).toEqual(serialize.bind({ portal: 'portal', values, binary: true }))
  })

  test('Parse, Bind and Close of a statement with a name', () => {
    const [name, text] = ['größer', 'select $1']
    expect(parse(text, name)).toEqual(serialize.parse({ name, text, types: [] }))
    const values = ['a', null]
    expect(bind('', values, [1], name)).toEqual(serialize.bind({ statement: name, values, binary: true }))
    expect(closeStatement(name)).toEqual(serialize.close({ type: 'S', name }))
  })

  test('Execute, Describe, Close and Sync', () => {
    expect(execute('portal', 2000)).toEqual(serialize.execute({ portal: 'portal', rows: 2000 }))
    expect(execute('', 0)).toEqual(Buffer.from('E\0\0\0\x09\0\0\0\0\0', 'latin1'))
    expect(describePortal('portal')).toEqual(serialize.describe({ type: 'P', name: 'portal' }))
    expect(close('portal')).toEqual(serialize.close({ type: 'P', name: 'portal' }))
    expect(SYNC).toEqual(serialize.sync())
  })
})

test('Bind asks for each column in a format of its own', () => {
  const message = bind('p', [], [1, 0, 1])
  expect(message.subarray(-8)).toEqual(Buffer.of(0, 3, 0, 1, 0, 0, 0, 1))
  expect(message.readInt32BE(1)).toBe(message.length - 1)
})

test('Execute takes row limits up to the last 32-bit integer', () => {
  expect(execute('', 0x7fffffff).subarray(-4)).toEqual(Buffer.of(0x7f, 255, 255, 255))
})

test('a statement is Parse, Bind and Execute', () => {
  expect(statement('commit')).toEqual(Buffer.concat([parse('commit'), bind('', [], []), execute('', 0)]))
})
