import type { QueryResult } from 'kysely'
import { Query, type CustomTypesConfig, type PoolClient, type QueryResult as PgResult } from 'pg'
import pgUtils from 'pg/lib/utils.js'
import { codecForOid } from '../types/codec-for.js'
import { checkString } from '../types/text/text.js'
import { checkAnswers } from './check-answers.js'
import type { Parameter } from './protocol.js'

const AFFECTING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** By the types that come back. */
const freeHandTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) =>
    codecForOid(oid)?.decodeText ?? String) as CustomTypesConfig['getTypeParser'],
}

/** Reads text, also where the pool has pg's `binary` setting, by which pg would ask for what these types cannot read. */
class TextQuery<R extends object> extends Query<R> {
  get binary(): boolean {
    return false
  }

  set binary(_: boolean) {}
}

/** Runs free-hand SQL that is not streamed. */
export function runFreeHand<R>(
  client: PoolClient,
  sql: string,
  parameters: readonly unknown[],
): Promise<PgResult<R & object>> {
  const query = { text: sql, values: parameters.map(freeHandParameter), types: freeHandTypes }
  return new Promise((resolve, reject) => {
    const textQuery = new TextQuery<R & object>(query, (error, result) =>
      error ? reject(error) : resolve(result),
    )
    checkAnswers(client, textQuery, sql !== '' && parameters.length > 0)
    client.query(textQuery)
  })
}

/** What pg's client returns, as Kysely has it. Of several statements it returns several, which have no rows here. */
export function freeHandResult<R>({ command, rowCount, rows }: PgResult<R & object>): QueryResult<R> {
  const result = { rows: rows ?? [] }
  return AFFECTING.has(command) ? { ...result, numAffectedRows: BigInt(rowCount ?? 0) } : result
}

/**
 * A parameter of free-hand SQL, converted as pg's own client does.
 *
 * @throws {@link EncodeError} for text that PostgreSQL cannot hold: pg would send another one in its place.
 */
export function freeHandParameter(value: unknown): Parameter {
  const parameter = pgUtils.prepareValue(value)
  return typeof parameter === 'string' ? checkString('A parameter of free-hand SQL', parameter) : parameter
}
