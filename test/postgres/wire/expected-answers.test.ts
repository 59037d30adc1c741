import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ConnectionError } from 'sluice'
import { ExpectedAnswers } from '../../../src/pg/expected-answers.js'
import { bind, closeStatement, EXECUTE_ALL, simpleQuery, SYNC } from '../../../src/pg/protocol.js'
import { Numbers, open } from '../support/fault-database.js'
import { passOn, startProxy } from '../support/proxy.js'
import { useFaults } from '../support/use-faults.js'

const faults = useFaults()

/** Whether messages may be answered by messages of these types. */
function isAnswer(messages: string, answers: string): boolean {
  const expected = new ExpectedAnswers(
    Buffer.from([...messages].map((type) => `${type}\0\0\0\x04`).join(''), 'latin1'),
  )
  try {
    for (const answer of Buffer.from(answers)) expected.expect(answer)
    return true
  } catch {
    return false
  }
}

test.each([
  ['PBDES', '12TDDCZ'],
  ['PBDES', '12TsZ'],
  ['PBDES', '12nCZ'],
  ['PBDES', '12nIZ'],
  ['PBDES', 'N1S2ATNDSCAZ'],
  ['PBDES', 'EZ'],
  ['PBDES', '12TDEEZ'],
  ['PDS', '1tTZ'],
  ['PBEPBDES', '12C12TDCZ'],
  ['ES', 'DDsZ'],
  ['CS', '3Z'],
  ['Q', 'TDDCZ'],
  ['Q', 'CZ'],
  ['Q', 'IZ'],
  ['Q', 'NTDNCSCTCEZ'],
  ['Q', 'HddcCZ'],
  ['Q', 'GEZ'],
])('%s may be answered by %s', (messages, answers) => {
  expect(isAnswer(messages, answers)).toBe(true)
})

test.each([
  ['PBDES', '12TDZ'],
  ['PBDES', '12TCCZ'],
  ['PBDES', '1TCZ'],
  ['PBDES', '12DTDCZ'],
  ['PBEPBDES', '12DC12TDCZ'],
  ['PBDES', '12nDCZ'],
  ['PBDES', 'ECZ'],
  ['PBDES', '12TCZZ'],
  ['Q', 'Z'],
  ['Q', 'TZ'],
  ['Q', 'TDCTZ'],
  ['Q', 'DCZ'],
  ['Q', 'TDCDCZ'],
  ['Q', '1TCZ'],
  ['Q', 'TCZZ'],
])('%s may not be answered by %s', (messages, answers) => {
  expect(isAnswer(messages, answers)).toBe(false)
})

test('rows of a statement that was described before are counted as others are', () => {
  const messages = [bind('', [], [], 'named'), EXECUTE_ALL, SYNC]
  const answersTo = (sent: readonly Buffer[], rows: number) => () => {
    const expected = new ExpectedAnswers(Buffer.concat(sent))
    for (const type of Buffer.from(`2${'D'.repeat(rows)}`)) expected.expect(type)
    expected.checkRows(rows, 'SELECT 2')
    for (const type of Buffer.from('CZ')) expected.expect(type)
  }
  expect(answersTo(messages, 2)).not.toThrow()
  expect(answersTo(messages, 1)).toThrow('1 rows where there are 2')
  expect(answersTo([closeStatement('other')].concat(messages), 2)).toThrow('out of turn')
})

test.each([
  ['GCZ', true],
  ['GEZ', true],
  ['EZ', true],
  ['NGSCZ', true],
  ['CZ', false],
  ['Z', false],
  ['GZ', false],
  ['GGCZ', false],
  ['GCCZ', false],
  ['GCZZ', false],
  ['GIZ', false],
  ['GECZ', false],
  ['GDCZ', false],
  ['TDCZ', false],
])('a COPY that has data may be answered by %s: %s', (answers, isDue) => {
  const expected = new ExpectedAnswers(simpleQuery('copy t from stdin'), true)
  const answer = () => {
    for (const type of Buffer.from(answers)) expected.expect(type)
  }
  if (isDue) expect(answer).not.toThrow()
  else expect(answer).toThrow(ConnectionError)
})

test.each([
  ['a free-hand query', sql`select id from numbers where id < 10 order by id`],
  ['one with parameters', sql`select id from numbers where id < ${10} order by id`],
])('a ReadyForQuery too many is not taken for the result of %s', async (_, query) => {
  await using proxy = await startProxy(faults.url)
  await using opened = open(proxy.url)
  await new Numbers(opened.db).first()
  proxy.relay = (bytes, to) => {
    proxy.relay = passOn
    to.write(Buffer.concat([Buffer.from('Z\0\0\0\x05I', 'latin1'), bytes]))
  }
  await expect(query.execute(opened.db)).rejects.toThrow(/did not keep to PostgreSQL's protocol/)
  expect((await query.execute(opened.db)).rows).toHaveLength(9)
})
