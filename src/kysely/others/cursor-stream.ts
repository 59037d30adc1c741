import { CompiledQuery } from 'kysely'
import { abbreviate } from '../../connection/abbreviate.js'
import { refuseDuringStream } from '../../connection/held/refusals.js'
import { asError, UsageError } from '../../errors.js'
import { explainPortalFailure } from '../../portal/failure.js'
import { FetchSize } from '../../portal/fetch-size.js'
import { refuseSettings } from '../../request.js'
import type { RowChunk } from '../../rows/row-chunk.js'
import type { RowReader } from '../../rows/row-reader.js'
import { ChunkedRows } from '../../rows/row-sink.js'
import { setConfig } from '../../session-settings.js'
import type { StreamedRead } from '../read-request.js'
import { asText } from './as-text.js'
import { dataRows, textFields } from './data-rows.js'
import type { OpenCursor, OtherSession } from './session.js'

const ASK_ISOLATION = `select case when pg_catalog.current_setting('default_transaction_isolation') = 'serializable'
  and not pg_catalog.pg_is_in_recovery() then 'serializable' else 'repeatable read' end as c0`

/** Where its cursor lives: in a transaction of its own, in that of the caller, or in the session, WITH HOLD. */
type Home = 'own' | "caller's" | 'session'

let cursors = 0

/** A stream by `DECLARE … CURSOR` and `FETCH`: what any driver can send, one fetch at a time. */
export class CursorStream implements OpenCursor {
  readonly #session: OtherSession
  readonly #query: CompiledQuery
  readonly #read: StreamedRead & { readonly reader: RowReader }
  readonly name = `sluice_cursor_${++cursors}`
  #home: Home | undefined
  #failure: Error | undefined

  constructor(
    session: OtherSession,
    query: CompiledQuery,
    read: StreamedRead & { readonly reader: RowReader },
  ) {
    this.#session = session
    this.#query = query
    this.#read = read
  }

  get ownsTransaction(): boolean {
    return this.#home === 'own'
  }

  describe(): string {
    return abbreviate(this.#query.sql)
  }

  /** Its consumer is told at the next step. */
  abandon(reason: Error): Promise<void> {
    this.#failure ??= reason
    return Promise.resolve()
  }

  async *chunks(): AsyncGenerator<RowChunk<unknown>, void> {
    const { reader, request } = this.#read
    const columns = reader.formats.length
    const { chunkSize } = request.options
    // All at once would be all in memory.
    const size = new FetchSize(chunkSize === Infinity ? undefined : chunkSize, request.maxBytes)
    const sink = new ChunkedRows<unknown>(reader, (error) => (this.#failure ??= asError(error)))
    sink.describe(textFields(columns))
    try {
      await this.#open(columns)
      for (let isDone = false; !isDone;) {
        this.#throwIfEnded()
        const asked = size.rows
        const { rows } = await this.#send(`fetch forward ${asked} from ${this.name}`)
        this.#throwIfEnded()
        isDone = rows.length < asked
        if (rows.length === 0) continue
        const bytes = dataRows(rows as object[], columns)
        size.brought(rows.length, bytes.length)
        sink.add(bytes, rows.length)
        sink.cut()
        yield sink.take()
      }
    } catch (error) {
      this.#failure ??= explainPortalFailure(asError(error), this.#session.transactionFailure)
      throw this.#failure
    } finally {
      await this.#close().finally(this.#read.onClosed)
    }
  }

  async #open(columns: number): Promise<void> {
    const session = this.#session
    const { request } = this.#read
    refuseDuringStream(session, request.sql)
    const { settings } = request.options
    const isOwn = session.status === 'I'
    if (!isOwn) refuseSettings(request.options)
    if (isOwn && session.isSole && settings !== undefined && request.prefetches) {
      throw new UsageError(
        'aiterator({ settings }) cannot have prefetchRelated() where there is one connection: it is given back between two ' +
          'chunks, and the relations would be read without the settings. Wrap the loop in withSettings(db, settings, …).',
      )
    }
    // What the parameters are is learned before, for all that follows.
    const { sql, parameters } = await session.engine.parameters.bound(session, this.#query)
    if (isOwn) await this.#begin(session.isSole)
    this.#home = isOwn ? 'own' : "caller's"
    session.openPortals.add(this)
    const hold = isOwn && session.isSole ? ' with hold' : ''
    const read = columns === 0 ? sql : asText(sql, columns)
    await this.#send(`declare ${this.name} no scroll cursor${hold} for ${read}`, parameters)
    if (hold === '') return
    session.openPortals.delete(this)
    await this.#send('commit')
    this.#home = 'session'
  }

  async #begin(isSole: boolean): Promise<void> {
    const { prefetches, options } = this.#read.request
    const { readOnly = true, settings } = options
    let isolation = ''
    if (prefetches && !isSole) {
      isolation = ` isolation level ${String(await this.#session.value(CompiledQuery.raw(ASK_ISOLATION)))},`
    }
    await this.#send(`begin${isolation} read ${readOnly ? 'only' : 'write'}`)
    // From here on there is something to end.
    this.#home = 'own'
    if (settings === undefined) return
    const { sql, parameters } = setConfig(settings, true)
    const set = CompiledQuery.raw(sql, [...parameters])
    await this.#session.send(await this.#session.engine.parameters.bound(this.#session, set))
  }

  /** @throws where what a writing stream has done could not be committed. */
  async #close(): Promise<void> {
    const session = this.#session
    const home = this.#home
    const isGone = home === "caller's" && !session.openPortals.has(this)
    session.openPortals.delete(this)
    if (home === undefined || isGone || session.isLost) return
    const isWriting = this.#read.request.options.readOnly === false && this.#failure === undefined
    try {
      if (home === 'own') await this.#send(this.#failure === undefined ? 'commit' : 'rollback')
      else if (session.status !== 'E') await this.#send(`close ${this.name}`)
    } catch (error) {
      // The first error is the one to tell, and a loop that only read has nothing to lose.
      if (home === 'own' && isWriting) throw error
    }
  }

  #send(sql: string, parameters: readonly unknown[] = []) {
    return this.#session.send(CompiledQuery.raw(sql, [...parameters]))
  }

  #throwIfEnded(): void {
    if (this.#failure !== undefined) throw this.#failure
    // A signal's reason is what the loop gets, whatever it is.
    this.#read.signal.throwIfAborted()
  }
}
