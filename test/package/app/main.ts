import { coalesce, connect, lower, rank, sum, value } from 'sluice'
import { repositories, type DB, type User } from '../../../generated/index.js'

// What a project writes with the package. The installation tests copy it beside code generated there.
const db = connect<DB>({ connectionString: process.env['SHOP'] ?? '' })
const { users, posts } = repositories(db)

async function main(): Promise<void> {
  const seen: User[] = []
  for await (const user of users
    .exclude({ email: 'nobody@example.com' })
    .orderBy('-createdAt', 'id')
    .aiterator()) {
    seen.push(user)
  }
  const batches: User[][] = []
  for (const batch of users.iterator({ chunkSize: 300, batchYieldSize: 500 })) batches.push(batch)
  const emails: string[] = await users.orderBy('id').slice(0, 1).valuesList('email', { flat: true }).toArray()
  const [named]: { x: string }[] = await users
    .values({ x: lower('name') })
    .orderBy('x')
    .slice(0, 1)
    .toArray()
  if (named?.x !== named?.x.toLowerCase()) throw new Error('lower() did nothing')
  const joined = await posts.selectRelated('author').count()
  await db.close()
  process.stdout.write(
    `${seen.length} rows, ${batches.length} batches, ${emails.length} email, ${joined} posts\n`,
  )
}

/** Never called: what has to be refused, so that types which fell back to `any` would be noticed. */
export async function refused(): Promise<unknown> {
  // @ts-expect-error a misspelt setting of the pool
  connect<DB>({ connectionSting: '' })
  // @ts-expect-error a misspelt column
  users.filter({ emial: 'a@example.com' })
  // @ts-expect-error a lookup of text on a number
  users.filter({ id: { contains: 'a' } })
  // @ts-expect-error a path in an expression that leads nowhere
  users.annotate({ x: lower('company.nmae') })
  // @ts-expect-error the same, deeper
  users.annotate({ x: coalesce(sum('orders.amount'), value('0')) })
  // @ts-expect-error an object where an expression belongs
  users.annotate({ x: {} })
  // @ts-expect-error a window function without its window
  users.annotate({ x: rank() })
  // @ts-expect-error what an expression gives has its type
  users.annotate({ x: lower('name') }).filter({ x: true })
  const [user] = await users.only('email').toArray()
  // @ts-expect-error a column that was not loaded
  return user?.name
}

void main()
