import { describe, expect, it } from 'vitest'
import * as sluice from 'sluice'
import { fromWireError, toWireError } from '../../src/worker/wire-error.js'

/** What the worker may meet, one of each class. */
const MET = [
  new sluice.ConnectionError('The connection is lost.'),
  new sluice.TimeoutError('QUERY_TIMEOUT', 'It took too long.'),
  new sluice.UsageError('It cannot be used so.'),
  new sluice.DecodeError('Row 1 of the result does not hold the columns that the server described.'),
  new sluice.SchemaDriftError('Column x changed its type while the statement was sent. Run it again.'),
]

describe('an error of the worker', () => {
  it.each(MET.map((error) => [error.name, error]))('is a %s on the calling thread as well', (_, error) => {
    const cause = Object.assign(new Error('why', { cause: error }), { code: 'ECONNRESET' })
    const there = fromWireError(structuredClone(toWireError(Object.assign(error, { attempts: 3 }))))
    expect(there).toBeInstanceOf(error.constructor)
    expect(there).toMatchObject({ message: error.message, code: error.code, attempts: 3, stack: error.stack })
    expect(fromWireError(structuredClone(toWireError(cause))).cause).toBeInstanceOf(error.constructor)
  })

  it('of anything else keeps its message, and what can be cloned of it', () => {
    const error = Object.assign(new TypeError('odd'), { handle: () => {}, errno: -104, syscall: 'read' })
    const there = fromWireError(structuredClone(toWireError(error)))
    expect(there).toMatchObject({ message: 'odd', errno: -104, syscall: 'read' })
    expect(there).not.toHaveProperty('handle')
  })
})
