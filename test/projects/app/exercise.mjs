import { connect, OptionError, Repository, UniqueViolation } from 'sluice'

const column = (name, type, more) => ({
  property: name,
  name,
  type,
  nullable: false,
  optional: false,
  ...more,
})

class Things extends Repository {
  constructor(kysely) {
    super(kysely, {
      ...{ schema: 'public', name: 'things', kind: 'table', primaryKey: ['id'] },
      ...{ uniqueKeys: [['id']], foreignKeys: [] },
      columns: [
        column('id', 'int4'),
        column('at', 'timestamptz'),
        column('bytes', 'bytea'),
        column('doc', 'jsonb'),
      ],
    })
  }
}

/** What a service does with sluice: by every path, with values and errors that a realm might get in the way of. */
export async function exercise(settings = {}) {
  const db = connect({ connectionString: process.env.THINGS, ...settings })
  const things = new Things(db)
  try {
    const id = 100_000 + process.pid * 100 + Math.floor(Math.random() * 100)
    const at = new Date('2024-05-06T07:08:09.010Z')
    const row = structuredClone({ id, at, bytes: new Uint8Array([1, 2, 255]), doc: { a: [1, null] } })
    const written = await things.create(row)
    const found = await things.filter(structuredClone({ id, at: { gte: at } })).first()
    const again = await things.create(row).catch((error) => error)
    const refused = await new Promise((resolve) => resolve(things.aiterator({ chunkSize: 0 }))).catch(
      (e) => e,
    )
    await things.filter({ id }).delete()
    const few = things.filter({ id: { lte: 1050 } })
    let streamed = 0
    for await (const _ of few.aiterator({ chunkSize: 100 })) streamed++
    let batches = 0
    for (const batch of few.iterator({ batchYieldSize: 100 })) batches += Math.sign(batch.length)
    let rows = 0
    for (const thing of few.iterator()) rows += Number(thing.at instanceof Date || thing.at.getTime() > 0)
    return [
      `${streamed} streamed, ${batches} batches, ${rows} rows`,
      [...written.bytes].join(),
      found.at.toISOString(),
      JSON.stringify(found.doc),
      `${again.name} ${again instanceof UniqueViolation}`,
      `${refused.name} ${refused instanceof OptionError}`,
    ].join('; ')
  } finally {
    await db.close()
  }
}
