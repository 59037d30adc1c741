/**
 * The service, with `DATABASE_URL` and `PORT`:
 *
 *     node --import tsx examples/fastify/main.ts
 */
import { connect } from 'sluice'
import type { DB } from '../../generated/index.js'
import { shopService } from './app.js'

const db = connect<DB>({ connectionString: process.env.DATABASE_URL ?? '', max: 10 })
const app = shopService(db)
const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`listening at ${address}`)
await new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve))
// Responses under way are sent to their end first.
await app.close()
await db.close()
