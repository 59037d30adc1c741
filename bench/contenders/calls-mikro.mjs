import { caller, keyOf, newNote } from './calls.mjs'
import { connectMikro, entity } from './mikro-entities.mjs'

/** MikroORM: entities of an entity manager of each call's own, as in a request handler. */
export async function open(job) {
  const named = { id: 'int4', name: 'text' }
  const ofParent = { parent: { kind: 'm:1', entity: () => 'Parent', fieldName: 'parent_id' } }
  const many = (name) => ({ kind: '1:m', entity: () => name, mappedBy: 'parent' })
  const Mixed = entity('Mixed', 'mixed', job.columns)
  const note = { id: { type: 'integer', primary: true, autoincrement: true } }
  const Note = entity('Note', 'notes', { name: 'text', email: 'text', amount: 'numeric' }, note)
  const Child = entity('Child', 'children', named, ofParent)
  const Toy = entity('Toy', 'toys', named, ofParent)
  const Parent = entity('Parent', 'parents', named, { children: many('Child'), toys: many('Toy') })
  const orm = await connectMikro(job, [Mixed, Note, Parent, Child, Toy], job.atOnce)
  const between = (n) => ({ id: { $gte: keyOf(job, n), $lt: keyOf(job, n) + 20 } })
  const calls = {
    get: (n) => orm.em.fork().findOneOrFail(Mixed, keyOf(job, n)),
    rows: (n) => orm.em.fork().find(Mixed, between(n), { orderBy: { id: 'asc' } }),
    count: (n) => orm.em.fork().count(Mixed, between(n)),
    create: (n) => {
      const em = orm.em.fork()
      em.create(Note, newNote(n))
      return em.flush()
    },
    update: (n) => orm.em.fork().nativeUpdate(Parent, (n % job.parents) + 1, { name: `parent ${n}` }),
    page: (n) => {
      const options = { orderBy: { id: 'asc' }, limit: 20, populate: ['children', 'toys'] }
      return orm.em.fork().find(Parent, { id: { $gt: n % (job.parents - 20) } }, options)
    },
  }
  return { ...caller(job, calls), close: () => orm.close() }
}
