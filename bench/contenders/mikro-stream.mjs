import { connectMikro, entity } from './mikro-entities.mjs'

/** MikroORM's `em.stream`: entities, outside the identity map. */
export async function open(job) {
  const Row = entity('Row', job.table, job.columns)
  const orm = await connectMikro(job, [Row], 1)
  const read = async (limit, onRows) => {
    const options = { chunkSize: job.chunkSize, ...(limit !== undefined && { limit }) }
    for await (const _row of orm.em.fork().stream(Row, options)) onRows(1)
  }
  return {
    warm: () => read(1, () => undefined),
    read: (onRows) => read(job.limit, onRows),
    close: () => orm.close(),
  }
}
