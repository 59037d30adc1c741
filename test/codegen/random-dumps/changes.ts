import { columnNames, list, type World } from './world.js'

const ACTIONS = ['NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL', 'SET DEFAULT']

/** Keys of all kinds, to tables before, after and the same. */
async function addForeignKey(world: World): Promise<void> {
  const target = world.pick(world.relations.filter(({ key }) => key.length > 0))
  if (target === undefined) return
  const tables = world.relations.filter(({ kind }) => kind === 'table' || kind === 'partitioned')
  const from = world.growing(world.chance(4) ? [target] : tables)
  if (from === undefined) return
  const columns = target.key.map(({ type }) => ({ name: world.localName(), type }))
  for (const { name, type } of columns) {
    await world.run(`ALTER TABLE ${from.name} ADD COLUMN ${name} ${type}`)
    if (world.chance(3)) await world.run(`ALTER TABLE ${from.name} ALTER COLUMN ${name} SET NOT NULL`)
  }
  const name = world.localName()
  const rest = [
    world.random.pick(['', 'MATCH FULL', 'MATCH SIMPLE']),
    `ON DELETE ${world.random.pick(ACTIONS)} ON UPDATE ${world.random.pick(ACTIONS)}`,
    world.random.pick(['', '', 'DEFERRABLE', 'DEFERRABLE INITIALLY DEFERRED']),
    world.random.pick(['', '', '', 'NOT VALID', 'NOT ENFORCED']),
  ].join(' ')
  const key = `FOREIGN KEY (${columnNames(columns)}) REFERENCES ${target.name} (${columnNames(target.key)}) ${rest}`
  if (await world.run(`ALTER TABLE ${from.name} ADD CONSTRAINT ${name} ${key}`))
    await world.comment(`CONSTRAINT ${name} ON ${from.name}`)
  if (world.chance(3)) await world.run(`CREATE UNIQUE INDEX ON ${from.name} (${columnNames(columns)})`)
}

async function addIndex(world: World): Promise<void> {
  const table = world.relation('table', 'partitioned', 'materialized view')
  const column = world.pick(table?.columns ?? [])
  if (table === undefined || column === undefined) return
  const name = world.localName()
  const { name: on } = column
  const index = world.random.pick([
    `UNIQUE INDEX ${name} ON ${table.name} (${on})`,
    `UNIQUE INDEX ${name} ON ${table.name} (${on}) WHERE ${on} IS NOT NULL`,
    `UNIQUE INDEX ${name} ON ${table.name} (${on}) NULLS NOT DISTINCT`,
    `UNIQUE INDEX ${name} ON ${table.name} ((${on} IS NOT NULL), ${on})`,
    `INDEX ${name} ON ${table.name} (${on} DESC NULLS LAST) INCLUDE (${columnNames(world.some(table.columns)) || on})`,
    `INDEX ${name} ON ONLY ${table.name} USING hash (${on})`,
  ])
  if (!(await world.run(`CREATE ${index}`))) return
  if (world.chance(3)) await world.run(`ALTER TABLE ${table.name} CLUSTER ON ${name}`)
  if (world.chance(3)) await world.run(`ALTER TABLE ${table.name} REPLICA IDENTITY USING INDEX ${name}`)
  const named = world.localName()
  if (world.chance(3))
    await world.run(`ALTER TABLE ${table.name} ADD CONSTRAINT ${named} UNIQUE USING INDEX ${name}`)
}

async function addCheck(world: World): Promise<void> {
  const table = world.relation('table', 'partitioned')
  const column = world.pick(table?.columns ?? [])
  if (table === undefined || column === undefined) return
  const check = world.random.pick([
    `${column.name} IS NOT NULL`,
    `${column.name}::text IN (${list(world.times(3, () => world.text(), 1))})`,
    `${column.name} IN (1, 2)`,
    'true',
  ])
  const name = world.localName()
  const rest = world.random.pick(['', 'NOT VALID', 'NO INHERIT'])
  if (await world.run(`ALTER TABLE ${table.name} ADD CONSTRAINT ${name} CHECK (${check}) ${rest}`))
    await world.comment(`CONSTRAINT ${name} ON ${table.name}`)
}

/** What migrations do. */
async function age(world: World): Promise<void> {
  const table = world.growing(world.relations.filter(({ kind }) => kind === 'table'))
  const column = world.pick(table?.columns ?? [])
  if (table === undefined || column === undefined) return
  const heir = world.newName()
  if (world.chance(8) && (await world.run(`CREATE TABLE ${heir} () INHERITS (${table.name})`))) {
    world.fixed.add(table.name)
    return
  }
  await world.run(
    world.random.pick([
      `ALTER TABLE ${table.name} ADD COLUMN once text; ALTER TABLE ${table.name} DROP COLUMN once`,
      `ALTER TABLE ${table.name} ALTER COLUMN ${column.name} SET STATISTICS 7`,
      `ALTER TABLE ${table.name} ALTER COLUMN ${column.name} SET NOT NULL`,
      `ALTER TABLE ${table.name} ALTER COLUMN ${column.name} SET (n_distinct = 5)`,
      `ALTER TABLE ${table.name} ADD COLUMN ${world.localName()} ${world.type()}`,
      `ALTER TABLE ${table.name} SET WITHOUT CLUSTER`,
      `ALTER TABLE ${table.name} ADD CONSTRAINT ${world.localName()} NOT NULL ${column.name} NOT VALID`,
      `ALTER TABLE ${table.name} RENAME COLUMN ${column.name} TO owner`,
      `CREATE STATISTICS ${world.newName()} ON ${columnNames(table.columns.slice(0, 3))} FROM ${table.name}`,
      `CREATE TABLE ${world.newName()} (LIKE ${table.name} INCLUDING ALL)`,
    ]),
  )
}

/** A key in time, which newer versions have. */
async function addPeriod(world: World): Promise<void> {
  const [name, other] = [world.newName(), world.newName()]
  await world.run(`CREATE TABLE ${name} (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS))`)
  await world.run(
    `CREATE TABLE ${other} (id int4range, at daterange, FOREIGN KEY (id, PERIOD at) REFERENCES ${name} (id, PERIOD at))`,
  )
}

export const changeActions = [
  addForeignKey,
  addForeignKey,
  addForeignKey,
  addIndex,
  addIndex,
  addCheck,
  age,
  age,
  addPeriod,
]
