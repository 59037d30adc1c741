import { and, count, eq, gt, gte, lt, relations } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { caller, keyOf, newNote } from './calls.mjs'
import { drizzleTable } from './drizzle-tables.mjs'

const named = { id: 'int4', name: 'text' }
const parents = drizzleTable('parents', named)
const children = drizzleTable('children', { ...named, parent_id: 'int4' })
const toys = drizzleTable('toys', { ...named, parent_id: 'int4' })
const identity = { id: integer('id').generatedByDefaultAsIdentity().primaryKey() }
const notes = drizzleTable('notes', { name: 'text', email: 'text', amount: 'numeric' }, identity)
const ofParent = (table) =>
  relations(table, ({ one }) => ({
    parent: one(parents, { fields: [table.parent_id], references: [parents.id] }),
  }))
const schema = {
  ...{ parents, children, toys },
  parentsRelations: relations(parents, ({ many }) => ({ children: many(children), toys: many(toys) })),
  childrenRelations: ofParent(children),
  toysRelations: ofParent(toys),
}

/** Drizzle on pg; a page by its relational queries. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: job.atOnce })
  const db = drizzle(pool, { schema })
  const mixed = drizzleTable('mixed', job.columns)
  const between = (n) => and(gte(mixed.id, keyOf(job, n)), lt(mixed.id, keyOf(job, n) + 20))
  const calls = {
    get: (n) =>
      db
        .select()
        .from(mixed)
        .where(eq(mixed.id, keyOf(job, n))),
    rows: (n) => db.select().from(mixed).where(between(n)).orderBy(mixed.id),
    count: (n) => db.select({ count: count() }).from(mixed).where(between(n)),
    create: (n) => db.insert(notes).values(newNote(n)).returning(),
    update: (n) =>
      db
        .update(parents)
        .set({ name: `parent ${n}` })
        .where(eq(parents.id, (n % job.parents) + 1)),
    page: (n) =>
      db.query.parents.findMany({
        ...{ where: gt(parents.id, n % (job.parents - 20)), orderBy: parents.id, limit: 20 },
        with: { children: true, toys: true },
      }),
  }
  return { ...caller(job, calls), close: () => pool.end() }
}
