import { quoted, type World } from './world.js'

export async function makeRoles(world: World): Promise<void> {
  for (let count = world.random.below(4); count > 0; count--) {
    const name = quoted(
      (world.options.rolePrefix + world.localName().slice(1, -1).replaceAll('""', '"')).slice(0, 40),
    )
    const options = world.random.pick(['', 'LOGIN', 'NOINHERIT CREATEROLE', `PASSWORD 'secret;'`])
    if (await world.run(`CREATE ROLE ${name} ${options}`)) world.roles.push(name)
  }
}

function role(world: World): string {
  return world.pick(world.roles) ?? 'CURRENT_USER'
}

async function giveAway(world: World): Promise<void> {
  const relation = world.pick(world.relations)
  const type = world.pick(world.composites)
  const to = role(world)
  if (relation !== undefined) {
    const kind = relation.kind === 'partitioned' ? 'table' : relation.kind
    await world.run(`ALTER ${kind} ${relation.name} OWNER TO ${to}`)
  }
  if (type !== undefined) await world.run(`ALTER TYPE ${type} OWNER TO ${to}`)
  const called = world.pick(world.functions)
  if (called !== undefined) await world.run(`ALTER ROUTINE ${called} OWNER TO ${to}`)
  if (world.chance(2)) await world.run(`ALTER SCHEMA ${world.random.pick(world.schemas)} OWNER TO ${to}`)
}

async function grant(world: World): Promise<void> {
  const relation = world.pick(world.relations)
  const column = world.pick(relation?.columns ?? [])
  const to = world.chance(3) ? 'PUBLIC' : role(world)
  if (relation !== undefined) {
    const rights = column !== undefined && world.chance(2) ? `SELECT (${column.name})` : 'ALL'
    await world.run(
      `GRANT ${rights} ON ${relation.name} TO ${to}${to === 'PUBLIC' ? '' : ' WITH GRANT OPTION'}`,
    )
  }
  const called = world.pick(world.functions)
  if (called !== undefined) await world.run(`REVOKE ALL ON ROUTINE ${called} FROM PUBLIC`)
  const schema = world.random.pick(world.schemas)
  await world.run(`GRANT USAGE ON SCHEMA ${schema} TO ${to}`)
  await world.run(
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${role(world)} IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${to}`,
  )
}

async function secure(world: World): Promise<void> {
  const table = world.relation('table', 'partitioned')
  if (table === undefined) return
  await world.run(`ALTER TABLE ${table.name} ENABLE ROW LEVEL SECURITY`)
  if (world.chance(2)) await world.run(`ALTER TABLE ${table.name} FORCE ROW LEVEL SECURITY`)
  const name = world.localName()
  const policy = `CREATE POLICY ${name} ON ${table.name} AS ${world.random.pick(['PERMISSIVE', 'RESTRICTIVE'])}`
  await world.run(`${policy} FOR ALL TO ${role(world)} USING (current_user <> ${world.text()})`)
  await world.comment(`POLICY ${name} ON ${table.name}`)
}

async function publish(world: World): Promise<void> {
  const table = world.relation('table')
  const name = world.localName()
  const what = table === undefined || world.chance(2) ? 'FOR ALL TABLES' : `FOR TABLE ${table.name}`
  if (await world.run(`CREATE PUBLICATION ${name} ${what}`)) await world.comment(`PUBLICATION ${name}`)
  const subscription = world.localName()
  await world.run(
    `CREATE SUBSCRIPTION ${subscription} CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)`,
  )
}

/** Settings that change how the server prints what it is asked, or reads what it is given. */
const SETTINGS = [
  ...['quote_all_identifiers = on', 'standard_conforming_strings = off', `datestyle = 'SQL, DMY'`],
  ...[`intervalstyle = 'sql_standard'`, 'extra_float_digits = -3', `bytea_output = 'escape'`],
  ...[`timezone = 'Asia/Tokyo'`, 'array_nulls = off', 'transform_null_equals = on', 'row_security = off'],
  ...['default_transaction_read_only = on', 'statement_timeout = 60000', 'xmloption = document'],
]

async function set(world: World): Promise<void> {
  const { rows } = await world.client.query<{ name: string }>('SELECT current_database() AS name')
  const path = world.random.pick(world.schemas)
  const database = quoted(rows[0]?.name ?? '')
  await world.run(`ALTER DATABASE ${database} SET search_path = ${path}, public`)
  for (const setting of SETTINGS) {
    if (world.chance(4)) await world.run(`ALTER DATABASE ${database} SET ${setting}`)
  }
  const [first] = world.roles
  if (first !== undefined)
    await world.run(`ALTER ROLE ${first} IN DATABASE ${database} SET search_path = ${path}`)
  await world.run(`COMMENT ON DATABASE ${database} IS ${world.text()}`)
}

async function makeLargeObject(world: World): Promise<void> {
  await world.run(`SELECT lo_from_bytea(${String(1000 + world.random.below(1000))}, '\\x0a5c2e0a')`)
}

export const rightActions = [giveAway, giveAway, grant, grant, secure, publish, set, set, makeLargeObject]
