import type { Socket } from 'node:net'
import type { PoolClient, Query } from 'pg'
import { ExpectedAnswers } from './expected-answers.js'
import { queryMessages } from './protocol.js'
import { WireTap } from './wire-tap.js'

/** What pg's client sends for a query, as far as the answers depend on it: types, and no contents. */
const SIMPLE = Buffer.from('Q\0\0\0\x04', 'latin1')
const EXTENDED = Buffer.concat(queryMessages('', [], []))

/**
 * Has the answers to a query of pg's own looked at from the moment on at which it is sent: pg takes the next
 * ReadyForQuery for its end, whatever came before.
 */
export function checkAnswers(client: PoolClient, query: Query, isExtended: boolean): void {
  const tap = WireTap.of(client.connection.stream as Socket)
  const submit = query.submit.bind(query)
  query.submit = (connection) => {
    tap.check = new ExpectedAnswers(isExtended ? EXTENDED : SIMPLE)
    return submit(connection)
  }
}
