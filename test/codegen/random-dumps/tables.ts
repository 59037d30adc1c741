import { WickedNames } from '../fuzz-names.js'
import { type Column, columnNames, list, quoted, type Relation, type World } from './world.js'

const KEY_TYPES = ['int4', 'int8', 'text', 'uuid', 'date', 'numeric']

/** Names that a table cannot give to columns. */
const SYSTEM = ['tableoid', 'cmax', 'xmax', 'cmin', 'xmin', 'ctid']

export const PARTITION_BOUNDS: Readonly<Record<string, readonly string[]>> = {
  int4: ['FOR VALUES FROM (1) TO (10)', 'FOR VALUES FROM (10) TO (20)'],
  text: [`FOR VALUES FROM ('a') TO ('b')`, `FOR VALUES FROM ('b') TO (MAXVALUE)`],
  date: [`FOR VALUES FROM (MINVALUE) TO ('2020-01-01')`, `FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')`],
}

/** What stands in a table's parentheses, with what is known of it. */
class Draft {
  readonly parts: string[] = []
  readonly columns: Column[] = []
  readonly #names: WickedNames

  constructor(readonly world: World) {
    this.#names = new WickedNames(world.random, SYSTEM)
  }

  add(type: string, rest = ''): Column {
    const column = { name: quoted(this.#names.next()), type }
    this.columns.push(column)
    this.parts.push(`${column.name} ${type} ${rest}`)
    return column
  }
}

async function makeTable(world: World): Promise<void> {
  const name = world.newName()
  const draft = new Draft(world)
  const key = world.times(2, () => draft.add(world.random.pick(KEY_TYPES)))
  if (key.length > 0) draft.parts.push(`${constraint(world)}PRIMARY KEY (${columnNames(key)})`)
  addColumns(draft)
  addChecks(draft)
  const others = world.relations.filter(({ kind }) => kind === 'table')
  const inherited = world.chance(6) ? world.some(others).slice(0, 2) : []
  const inherits = inherited.length === 0 ? '' : ` INHERITS (${list(inherited.map((each) => each.name))})`
  const unlogged = world.chance(10) ? 'UNLOGGED ' : ''
  const options = world.chance(8) ? ' WITH (fillfactor = 70)' : ''
  if (!(await world.run(`CREATE ${unlogged}TABLE ${name} (${list(draft.parts)})${inherits}${options}`)))
    return
  await register(world, { name, kind: 'table', columns: draft.columns, key })
  for (const each of inherited) world.fixed.add(each.name)
  await addRows(world, name, draft.columns)
}

function constraint(world: World): string {
  return world.chance(3) ? `CONSTRAINT ${world.localName()} ` : ''
}

function addColumns(draft: Draft): void {
  const { world } = draft
  world.times(5, () => draft.add(world.type(), world.chance(4) ? 'NOT NULL' : ''))
  if (world.chance(3)) {
    const options = world.chance(3) ? ` (START 7 INCREMENT BY 3 SEQUENCE NAME ${world.newName()})` : ''
    draft.add('int8', `GENERATED ${world.random.pick(['ALWAYS', 'BY DEFAULT'])} AS IDENTITY${options}`)
  }
  if (world.chance(3)) draft.add(world.random.pick(['serial', 'bigserial', 'smallserial']))
  if (world.chance(3)) draft.add('text', `COLLATE "C" DEFAULT ${world.text()}`)
  if (world.chance(4)) draft.add('timestamptz', `NOT NULL DEFAULT now()`)
  if (world.chance(3)) {
    const base = draft.add('int4')
    draft.add('int4', `GENERATED ALWAYS AS (${base.name} * 2) STORED`)
  }
  if (world.chance(8)) draft.add('text', 'STORAGE EXTERNAL')
  const enumeration = world.chance(3) ? world.pick(world.enums) : undefined
  if (enumeration !== undefined) draft.add(enumeration.name, `DEFAULT ${enumeration.labels[0] ?? 'NULL'}`)
  const composite = world.chance(6) ? world.pick(world.composites) : undefined
  if (composite !== undefined) draft.add(composite, 'DEFAULT NULL NOT NULL')
  if (world.chance(6)) draft.add('text[]', `DEFAULT ARRAY[${world.text()}, ${world.text()}]`)
  if (world.chance(8)) draft.add('interval', `DEFAULT '1 year 2 days -03:04:05'`)
  if (world.chance(8)) draft.add('bytea', `DEFAULT '\\x5c00'`)
  if (world.chance(8)) draft.add('timestamptz', `DEFAULT '2020-01-02 03:04:05+06'`)
}

function addChecks(draft: Draft): void {
  const { world } = draft
  if (world.chance(2)) {
    const status = draft.add(
      world.random.pick(['text', 'varchar(9)', 'char(3)']),
      world.chance(2) ? 'NOT NULL' : '',
    )
    const values = list(world.times(4, () => world.text(), 1))
    const check = world.random.pick([
      `${status.name} IN (${values})`,
      `${status.name} = ANY (ARRAY[${values}])`,
      `${status.name} IS NULL OR ${status.name} = ${world.text()}`,
      `${status.name} IN (${values}) AND length(${status.name}) > 0`,
    ])
    const rest = world.chance(6) ? ' NO INHERIT' : ''
    draft.parts.push(`${constraint(world)}CHECK (${check})${rest}`)
  }
  const [enumeration] = world.some(world.enums)
  if (enumeration !== undefined) {
    const { name } = draft.add(enumeration.name)
    draft.parts.push(`CHECK (${name} IN (${list(enumeration.labels.slice(0, 2))}))`)
  }
  if (world.chance(5)) {
    const { name } = draft.add('int4range')
    draft.parts.push(`EXCLUDE USING gist (${name} WITH &&)`)
  }
  if (world.chance(4)) {
    const unique = world.times(2, () => draft.add(world.random.pick(KEY_TYPES), 'NOT NULL'), 1)
    const rest = world.random.pick(['', ' DEFERRABLE INITIALLY DEFERRED', ' WITH (fillfactor = 50)'])
    draft.parts.push(`${constraint(world)}UNIQUE (${columnNames(unique)})${rest}`)
  }
}

async function register(world: World, relation: Relation): Promise<void> {
  world.relations.push(relation)
  await world.comment(`${relation.kind === 'foreign table' ? 'FOREIGN TABLE' : 'TABLE'} ${relation.name}`)
  for (const { name } of relation.columns) await world.comment(`COLUMN ${relation.name}.${name}`, 6)
}

/** Rows that do their best to look like the end of their data, a command, a variable or a statement. */
async function addRows(world: World, table: string, columns: readonly Column[]): Promise<void> {
  const texts = columns.filter(({ type }) => type === 'text')
  if (texts.length === 0) return
  for (let count = world.random.below(3); count > 0; count--) {
    const values = texts.map(() =>
      world.chance(2)
        ? world.text()
        : world.random.pick([
            `E'\\\\.'`,
            `E'a\\n\\\\.\\nb'`,
            `E'\\\\q'`,
            `E'\\t\\\\N'`,
            `E'\\\\.\\n;:\\'x'`,
            `':DBNAME'`,
          ]),
    )
    await world.run(`INSERT INTO ${table} (${columnNames(texts)}) VALUES (${list(values)})`)
  }
}

async function makePartitioned(world: World): Promise<void> {
  const name = world.newName()
  const draft = new Draft(world)
  const type = world.random.pick(Object.keys(PARTITION_BOUNDS))
  const key = draft.add(type)
  addColumns(draft)
  const hasKey = world.chance(2)
  if (hasKey) draft.parts.push(`PRIMARY KEY (${key.name})`)
  const way = world.random.pick(['RANGE', 'LIST', 'HASH'])
  if (!(await world.run(`CREATE TABLE ${name} (${list(draft.parts)}) PARTITION BY ${way} (${key.name})`)))
    return
  await register(world, { name, kind: 'partitioned', columns: draft.columns, key: hasKey ? [key] : [] })
  const bounds = {
    RANGE: PARTITION_BOUNDS[type] ?? [],
    LIST: [`FOR VALUES IN (NULL)`],
    HASH: ['FOR VALUES WITH (MODULUS 2, REMAINDER 0)', 'FOR VALUES WITH (MODULUS 2, REMAINDER 1)'],
  }[way]
  for (const bound of world.some([...(bounds ?? []), ...(way === 'HASH' ? [] : ['DEFAULT'])])) {
    await makePartition(world, { parent: name, bound, key: key.name, draft })
  }
}

async function makePartition(
  world: World,
  { parent, bound, key, draft }: { parent: string; bound: string; key: string; draft: Draft },
): Promise<void> {
  const partition = world.newName()
  const isAttached = world.chance(3)
  if (isAttached) {
    // An identity of its own a partition may have in PostgreSQL 14 to 16, from which no later version takes it.
    await world.run(`CREATE TABLE ${partition} (LIKE ${parent} INCLUDING ALL EXCLUDING IDENTITY)`)
    await world.run(`ALTER TABLE ${parent} ATTACH PARTITION ${partition} ${bound}`)
  } else {
    const nested = world.chance(4) ? ` PARTITION BY HASH (${key})` : ''
    await world.run(`CREATE TABLE ${partition} PARTITION OF ${parent} ${bound}${nested}`)
    if (nested !== '') {
      const rest = 'FOR VALUES WITH (MODULUS 1, REMAINDER 0)'
      await world.run(`CREATE TABLE ${world.newName()} PARTITION OF ${partition} ${rest}`)
    }
  }
  await world.comment(`TABLE ${partition}`, 6)
  if (!world.chance(6) || !(await world.run(`ALTER TABLE ${parent} DETACH PARTITION ${partition}`))) return
  world.relations.push({ name: partition, kind: 'table', columns: draft.columns, key: [] })
}

async function makeTyped(world: World): Promise<void> {
  const composite = world.pick(world.composites)
  const name = world.newName()
  if (composite !== undefined && (await world.run(`CREATE TABLE ${name} OF ${composite}`)))
    world.relations.push({ name, kind: 'table', columns: [], key: [] })
}

async function makeForeign(world: World): Promise<void> {
  // What pg_dump -n writes has no extensions.
  if (world.options.isOneSchema) return
  const server = world.localName()
  await world.run('CREATE EXTENSION IF NOT EXISTS postgres_fdw')
  if (
    !(await world.run(
      `CREATE SERVER ${server} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ${world.text()})`,
    ))
  )
    return
  await world.run(
    `CREATE USER MAPPING FOR ${world.pick(world.roles) ?? 'PUBLIC'} SERVER ${server} OPTIONS (user 'x')`,
  )
  const name = world.newName()
  const draft = new Draft(world)
  addColumns(draft)
  const columns = draft.columns.map((column) => `${column.name} ${column.type} OPTIONS (column_name 'x')`)
  if (
    await world.run(
      `CREATE FOREIGN TABLE ${name} (${list(columns)}) SERVER ${server} OPTIONS (table_name 'y')`,
    )
  )
    await register(world, { name, kind: 'foreign table', columns: draft.columns, key: [] })
}

async function makeSequence(world: World): Promise<void> {
  const name = world.newName()
  if (
    !(await world.run(`CREATE SEQUENCE ${name} AS ${world.random.pick(['int', 'bigint'])} MINVALUE -3 CYCLE`))
  )
    return
  world.sequences.push(name)
  const table = world.growing(world.relations.filter(({ kind }) => kind === 'table'))
  const column = world.pick(table?.columns ?? [])
  if (table !== undefined && column !== undefined && world.chance(2))
    await world.run(`ALTER SEQUENCE ${name} OWNED BY ${table.name}.${column.name}`)
  if (table !== undefined && world.chance(2)) {
    const text = name.replaceAll("'", "''")
    await world.run(
      `ALTER TABLE ${table.name} ADD COLUMN ${world.localName()} int8 DEFAULT nextval('${text}')`,
    )
  }
  await world.comment(`SEQUENCE ${name}`)
}

/** As in a table that others are made of, of an expression, or by more than one column. */
async function makeOther(world: World): Promise<void> {
  const name = world.newName()
  const relation = world.pick(world.relations)
  const [a, b] = [world.localName(), world.localName()]
  await world.run(
    world.random.pick([
      `CREATE TABLE ${name} (${a} int, ${b} text) PARTITION BY RANGE (lower(${b}), ${a})`,
      `CREATE TABLE ${name} (${a} int, ${b} int GENERATED ALWAYS AS (${a} + 1) VIRTUAL)`,
      `CREATE TABLE ${name} ()`,
      `CREATE TABLE ${name} AS SELECT * FROM ${relation?.name ?? 'pg_class'} WITH NO DATA`,
      `CREATE TABLE ${name} (${a} ${relation?.name ?? 'int'}, ${b} ${relation?.name ?? 'int'}[])`,
    ]),
  )
}

export const tableActions = [
  ...[makeTable, makeTable, makeTable, makeTable, makePartitioned, makePartitioned],
  ...[makeTyped, makeForeign, makeSequence, makeOther, makeOther],
]
