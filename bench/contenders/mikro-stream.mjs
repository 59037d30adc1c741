import { EntitySchema, MikroORM } from '@mikro-orm/postgresql'

const types = {
  int4: { type: 'integer' },
  text: { type: 'text' },
  jsonb: { type: 'json' },
  bool: { type: 'boolean' },
  float8: { type: 'double' },
  numeric: { type: 'decimal', columnType: 'numeric' },
  timestamptz: { type: 'datetime', columnType: 'timestamptz' },
}

/** MikroORM's `em.stream`: entities, outside the identity map. */
export async function open(job) {
  const properties = Object.entries(job.columns).map(([name, type]) => [
    name,
    { ...types[type], fieldName: name, ...(name === 'id' && { primary: true, autoincrement: false }) },
  ])
  const Row = new EntitySchema({
    name: 'Row',
    tableName: job.table,
    properties: Object.fromEntries(properties),
  })
  const orm = await MikroORM.init({
    clientUrl: job.url,
    entities: [Row],
    debug: false,
    pool: { min: 1, max: 1 },
  })
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
