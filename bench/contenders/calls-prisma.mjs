import { PrismaPg } from '@prisma/adapter-pg'
import { caller, keyOf, newNote } from './calls.mjs'

/** Prisma on pg, by its driver adapter. The client is generated before it is measured. */
export async function open(job) {
  const { PrismaClient } = await import(new URL('../prisma/client.js', job.built).href)
  const adapter = new PrismaPg({ connectionString: job.url, max: job.atOnce })
  const db = new PrismaClient({ adapter })
  const between = (n) => ({ id: { gte: keyOf(job, n), lt: keyOf(job, n) + 20 } })
  const calls = {
    get: (n) => db.mixed.findUnique({ where: { id: keyOf(job, n) } }),
    rows: (n) => db.mixed.findMany({ where: between(n), orderBy: { id: 'asc' } }),
    count: (n) => db.mixed.count({ where: between(n) }),
    create: (n) => db.notes.create({ data: newNote(n) }),
    update: (n) =>
      db.parents.updateMany({ where: { id: (n % job.parents) + 1 }, data: { name: `parent ${n}` } }),
    page: (n) =>
      db.parents.findMany({
        ...{ where: { id: { gt: n % (job.parents - 20) } }, orderBy: { id: 'asc' }, take: 20 },
        include: { children: true, toys: true },
      }),
  }
  return { ...caller(job, calls), close: () => db.$disconnect() }
}
