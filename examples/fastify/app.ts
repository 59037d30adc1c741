import { once } from 'node:events'
import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { DoesNotExist, type Database } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'

/** How many rows become one piece of a response: one by one, each would cost a turn of the stream's machinery. */
const BATCH = 500

/**
 * A service over the shop: single rows, a page, and downloads of any length in constant memory. A client that leaves has its
 * query cancelled on the server, and the connection is back in the pool.
 */
export function shopService(db: Database<DB>): FastifyInstance {
  const { orders, products } = repositories(db)
  const app = Fastify()

  app.setErrorHandler((error, _, reply) => {
    if (error instanceof DoesNotExist) return reply.code(404).send({ error: 'There is none.' })
    // What went wrong is for the log, and not for everybody.
    console.error(error)
    return reply.code(500).send({ error: 'That went wrong here.' })
  })

  app.get<{ Params: { id: string } }>('/orders/:id', async ({ params }, reply) => {
    if (!/^\d{1,18}$/.test(params.id)) return reply.callNotFound()
    return json(reply, await orders.prefetchRelated('orderItems').get({ id: BigInt(params.id) }))
  })

  app.get<{ Querystring: { after?: string } }>('/products', async ({ query }) => {
    const { rows, next } = await products
      .filter({ status: 'active' })
      .orderBy('name')
      .only('name', 'price')
      .page({ size: 20, ...(query.after !== undefined && { after: query.after }) })
    return { rows, next }
  })

  app.get('/orders.ndjson', (_, reply) => {
    const batches = orders.orderBy('id').aiterator({ batchYieldSize: BATCH, signal: untilGone(reply) })
    async function* lines() {
      for await (const batch of batches) yield batch.map((row) => `${JSON.stringify(row, exact)}\n`).join('')
    }
    return reply.type('application/x-ndjson').send(Readable.from(lines(), { objectMode: false }))
  })

  app.get('/orders.csv', (_, reply) => {
    const rows = orders
      .orderBy('id')
      .values('id', 'status', 'placedAt', { customer: 'user.name' })
      .aiterator({ signal: untilGone(reply) })
    const csv = stringify({ header: true, cast: { date: (moment) => moment.toISOString() } })
    const source = Readable.from(rows)
    // What ends one ends the other: a client that leaves, and a query that fails.
    source.on('error', (error) => csv.destroy(error)).pipe(csv)
    csv.on('close', () => source.destroy())
    return reply.type('text/csv').send(csv)
  })
  return app
}

/** A signal that is aborted when the response is over, whether it was sent or its client has left. */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  void once(reply.raw, 'close').then(() => gone.abort(new Error('The client has left.')))
  return gone.signal
}

function json(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type('application/json').send(JSON.stringify(value, exact))
}

/** An integer of 64 bits is a string in JSON, where a number would be rounded by those who read it. */
function exact(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
