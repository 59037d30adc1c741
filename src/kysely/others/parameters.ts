import { CompiledQuery, type QueryResult } from 'kysely'
import { ConnectionError } from '../../errors.js'
import type { TransactionStatus } from '../../pg/session.js'
import { Lru } from '../../plan/lru.js'
import type { Statement } from '../read-request.js'
import { tokensOf } from './tokens.js'

/** How many statements are remembered, and their length together. */
const MOST = 500
const MOST_LENGTH = 1_000_000

/** Comes out right if a driver sends text as it is given, to be read by the type that the server finds for it. */
const PROBE = `select case when $1::pg_catalog.bool and $2::pg_catalog.json::pg_catalog.text = '1.50'
  and $3::pg_catalog.timestamptz = '2000-01-01 00:00:00.000001+00' and $4::pg_catalog.bytea = pg_catalog.decode('00ff', 'hex')
  then 'as given' else 'by type' end as "c0"`
const PROBED = ['t', '1.50', '2000-01-01 00:00:00.000001+00', Buffer.from([0, 255])]

let learned = 0

/** A session, as far as it takes one to find out. */
interface Asked {
  readonly status: TransactionStatus
  send(query: CompiledQuery): Promise<QueryResult<unknown>>
  /** The first value of the first row. */
  value(query: CompiledQuery): Promise<unknown>
}

/**
 * How parameters, which are text, reach the server. Some drivers, such as pg, send text as it is. Others, such as postgres.js
 * and PGlite, ask the server for the type of a parameter and write the value by a serializer of that type, which text is not
 * meant for: there a parameter is text for the driver, and cast to the type that the server has said.
 */
export class Parameters {
  #areSentAsGiven: boolean | undefined
  readonly #types = new Lru<readonly string[] | undefined>(MOST, MOST_LENGTH)

  /** Finds out how the driver sends them, once. Undefined in a transaction that has failed. */
  async learn(session: Asked): Promise<void> {
    if (this.#areSentAsGiven !== undefined) return
    const isInTransaction = session.status === 'T'
    if (isInTransaction) await session.send(CompiledQuery.raw('savepoint sluice_probe'))
    this.#areSentAsGiven = await session.value(CompiledQuery.raw(PROBE, PROBED)).then(
      (answer) => answer === 'as given',
      // Of a value that the driver, or the server, does not take.
      () => false,
    )
    if (isInTransaction) {
      await session.send(CompiledQuery.raw('rollback to sluice_probe'))
      await session.send(CompiledQuery.raw('release sluice_probe'))
    }
  }

  /** A statement, and its parameters as the driver is to be given them. */
  async bound(session: Asked, query: CompiledQuery): Promise<CompiledQuery> {
    const { sql, parameters } = query
    if (parameters.length === 0 || this.#areSentAsGiven === true) return query
    const types = /^\s*call\b/i.test(sql) ? [] : await this.#typesOf(session, query)
    return { ...query, sql: castParameters(sql, types), parameters: parameters.map(asText) }
  }

  /** The statement failed: what its parameters are may have changed. */
  forget({ sql }: Statement): void {
    if (this.#types.get(sql) !== undefined) this.#types.set(sql, undefined, 0)
  }

  async #typesOf(session: Asked, { sql, parameters }: Statement): Promise<readonly string[]> {
    const known = this.#types.get(sql)
    if (known !== undefined) return known
    const types = await learnTypes(session, sql.replace(/^\s*explain\s*(?:\([^)]*\))?/i, ''))
    if (types.length !== parameters.length) {
      throw new ConnectionError(
        'The server no longer knows what was prepared just before: another session has answered. Behind a pooler that ' +
          'shares sessions, use a transaction.',
      )
    }
    this.#types.set(sql, types, sql.length)
    return types
  }
}

/** The types that the server finds for the parameters of a statement, as names in SQL. */
async function learnTypes(session: Asked, sql: string): Promise<string[]> {
  const name = `sluice_learn_${++learned}`
  await session.send(CompiledQuery.raw(`prepare ${name} as ${sql}`))
  const { rows } = await session.send(
    CompiledQuery.raw(
      `select pg_catalog.format('%I.%I', n.nspname, t.typname) as name
      from pg_catalog.pg_prepared_statements p
      cross join unnest(p.parameter_types) with ordinality as u(id, nth)
      join pg_catalog.pg_type t on t.oid = u.id
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
      where p.name = '${name}' order by u.nth`,
    ),
  )
  await session.send(CompiledQuery.raw(`deallocate ${name}`))
  return rows.map((row) => String(Object.values(row as object)[0]))
}

/** Has each parameter be text, cast to its type. */
function castParameters(sql: string, types: readonly string[]): string {
  const parts: string[] = []
  let from = 0
  for (const { text, at } of tokensOf(sql)) {
    if (!text.startsWith('$')) continue
    const type = types[Number(text.slice(1)) - 1]
    const given = `cast(${text} as pg_catalog.text)`
    parts.push(sql.slice(from, at), type === undefined ? given : `cast(${given} as ${type})`)
    from = at + text.length
  }
  return parts.join('') + sql.slice(from)
}

/** Bytes are those of a bytea. */
function asText(value: unknown): unknown {
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value
}
