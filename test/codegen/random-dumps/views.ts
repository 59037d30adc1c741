import { columnNames, type World } from './world.js'

async function makeView(world: World): Promise<void> {
  const base = world.pick(world.relations)
  const other = world.pick(world.relations)
  if (base === undefined || other === undefined) return
  const name = world.newName()
  const [column] = base.columns
  const query = world.random.pick([
    `SELECT * FROM ${base.name}`,
    `SELECT x.*, ${world.text()}::text AS ${world.localName()} FROM ${base.name} x`,
    `SELECT * FROM ${base.name} WHERE EXISTS (SELECT FROM ${other.name})`,
    `SELECT x.* FROM ${base.name} x LEFT JOIN ${other.name} y ON true`,
    `SELECT y FROM ${base.name} y`,
    `WITH RECURSIVE r AS (SELECT 1 AS one UNION SELECT one + 1 FROM r WHERE one < 3) SELECT * FROM r JOIN ${base.name} ON true`,
    `SELECT x.* FROM ${base.name} x JOIN LATERAL (SELECT FROM ${other.name}) y ON true`,
    `VALUES (1, ${world.text()}), (2, NULL)`,
    `SELECT ${column?.name ?? '1 AS one'} FROM ${base.name} UNION ALL SELECT NULL`,
    `SELECT DISTINCT ${column?.name ?? '1 AS one'} FROM ${base.name}`,
    `WITH w AS (SELECT * FROM ${base.name}) SELECT * FROM w`,
    `SELECT count(*), max(${column?.name ?? '1'}::text) AS most FROM ${base.name} GROUP BY ROLLUP (${column?.name ?? '()'})`,
  ])
  const isKept = world.chance(4)
  const rest = isKept
    ? world.chance(2)
      ? ' WITH NO DATA'
      : ''
    : world.chance(6)
      ? ' WITH LOCAL CHECK OPTION'
      : ''
  const options =
    !isKept && world.chance(4)
      ? world.random.pick([' WITH (security_barrier)', ' WITH (security_invoker)'])
      : ''
  if (!(await world.run(`CREATE ${isKept ? 'MATERIALIZED ' : ''}VIEW ${name}${options} AS ${query}${rest}`)))
    return
  const kind = isKept ? 'materialized view' : 'view'
  const columns = query.startsWith(`SELECT * FROM ${base.name}`) ? base.columns : []
  world.relations.push({ name, kind, columns, key: [] })
  await world.comment(`${kind} ${name}`)
  for (const each of columns) await world.comment(`COLUMN ${name}.${each.name}`, 6)
  if (columns[0] !== undefined && world.chance(6) && kind === 'view')
    await world.run(`ALTER VIEW ${name} ALTER COLUMN ${columns[0].name} SET DEFAULT NULL`)
}

/** Each of the two, or three, reads the next, and the last the first. */
async function makeCircle(world: World): Promise<void> {
  const column = `${world.localName()}`
  const views = world.times(3, () => world.newName(), 2)
  for (const view of views)
    if (
      !(await world.run(`CREATE VIEW ${view} AS SELECT 1::${world.chance(2) ? 'int4' : 'int8'} AS ${column}`))
    )
      return
  for (const [index, view] of views.entries()) {
    const next = views[(index + 1) % views.length] ?? view
    await world.run(`CREATE OR REPLACE VIEW ${view} AS SELECT ${column} FROM ${next}`)
  }
}

async function makeRule(world: World): Promise<void> {
  const relation = world.relation('table', 'view')
  if (relation === undefined) return
  const name = world.localName()
  const event = world.random.pick(['INSERT', 'UPDATE', 'DELETE'])
  const action = world.random.pick(['NOTHING', `ALSO NOTIFY ${world.localName()}`, `(NOTIFY a; NOTIFY b)`])
  if (
    await world.run(
      `CREATE RULE ${name} AS ON ${event} TO ${relation.name} DO INSTEAD ${action.replace('ALSO ', '')}`,
    )
  )
    await world.comment(`RULE ${name} ON ${relation.name}`)
}

/** A view of a table grouped by its key, whose other columns hang on the key: pg_dump makes such a view in two steps. */
async function makeGroupedView(world: World): Promise<void> {
  const table = world.pick(world.relations.filter(({ key }) => key.length > 0))
  if (table === undefined) return
  const name = world.newName()
  const columns = table.columns.slice(0, 4)
  if (
    await world.run(
      `CREATE VIEW ${name} AS SELECT ${columnNames(columns)} FROM ${table.name} GROUP BY ${columnNames(table.key)}`,
    )
  )
    world.relations.push({ name, kind: 'view', columns, key: [] })
}

/** A table's own row type in a function, and that in a view of the table. */
async function makeViewOfFunction(world: World): Promise<void> {
  const table = world.relation('table')
  if (table === undefined) return
  const name = world.newName()
  const isMade = await world.run(
    `CREATE FUNCTION ${name}(${table.name}) RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL::text'`,
  )
  if (isMade)
    await world.run(
      `CREATE VIEW ${world.newName()} AS SELECT ${name}(x) AS ${world.localName()} FROM ${table.name} x`,
    )
}

export const viewActions = [
  makeView,
  makeView,
  makeView,
  makeView,
  makeCircle,
  makeRule,
  makeGroupedView,
  makeViewOfFunction,
]
