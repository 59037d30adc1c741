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

/** An entity of a table, by the PostgreSQL types of its columns, with relations in MikroORM's own terms. */
export function entity(name, table, columns, relations = {}) {
  const properties = Object.entries(columns).map(([column, type]) => [
    column,
    { ...types[type], fieldName: column, ...(column === 'id' && { primary: true, autoincrement: false }) },
  ])
  const all = { ...Object.fromEntries(properties), ...relations }
  return new EntitySchema({ name, tableName: table, properties: all })
}

export const connectMikro = (job, entities, connections) =>
  MikroORM.init({
    ...{ clientUrl: job.url, entities, debug: false },
    pool: { min: connections, max: connections },
  })
