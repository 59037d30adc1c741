import pg from 'pg'
import Cursor from 'pg-cursor'

/** Children fetched with one query per chunk, on a second connection, since a cursor keeps the first. */
export async function open(job) {
  const [reader, other] = [new pg.Client(job.url), new pg.Client(job.url)]
  await Promise.all([reader.connect(), other.connect()])
  const read = async (most, onRows) => {
    const cursor = reader.query(new Cursor(`select * from parents${most}`))
    for (;;) {
      const parents = await cursor.read(job.chunkSize)
      if (parents.length === 0) break
      const ids = parents.map(({ id }) => id)
      const { rows } = await other.query('select * from children where parent_id = any($1)', [ids])
      const byParent = new Map(parents.map((parent) => [parent.id, (parent.children = [])]))
      for (const child of rows) byParent.get(child.parent_id).push(child)
      for (const _parent of parents) onRows(1)
    }
    await cursor.close()
  }
  return {
    warm: () => read(' limit 1', () => undefined),
    read: (onRows) => read('', onRows),
    close: () => Promise.all([reader.end(), other.end()]),
  }
}
