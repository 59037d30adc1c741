import { WickedNames } from '../fuzz-names.js'
import { list, quoted, type World } from './world.js'

/** Bodies with what ends bodies elsewhere. */
const BODIES = [
  'SELECT NULL',
  `SELECT NULL; -- $$ ; '`,
  '/* /* $1 */ */ SELECT NULL /* \\.\n\\. */',
  `SELECT NULL WHERE 'a;b' <> $q$ ';' $q$`,
]

function parameters(world: World, modes: readonly string[]): string[] {
  const names = new WickedNames(world.random)
  return world.times(3, () => {
    const name = world.chance(5) ? '' : quoted(names.next())
    const mode = world.random.pick(modes)
    if (mode !== '' || !world.chance(4)) return `${mode} ${name} ${world.type()}`
    return world.chance(2) ? `${name} ${world.type()} DEFAULT NULL` : `${name} text DEFAULT ${world.text()}`
  })
}

function resultType(world: World): string {
  const relation = world.pick(world.relations)
  return world.random.pick([
    world.type(),
    `SETOF ${world.type()}`,
    'void',
    'SETOF record',
    `TABLE (${list(world.times(3, () => `${world.localName()} ${world.type()}`, 1))})`,
    ...(relation === undefined ? [] : [`SETOF ${relation.name}`, relation.name]),
  ])
}

async function makeFunction(world: World): Promise<void> {
  const name = world.newName()
  const hasOut = world.chance(4)
  const given = parameters(world, hasOut ? ['', 'OUT', 'INOUT'] : ['', '', 'IN'])
  const returns = hasOut ? '' : ` RETURNS ${resultType(world)}`
  const attributes = world
    .some([
      'STABLE',
      'STRICT',
      'SECURITY DEFINER',
      'PARALLEL SAFE',
      'COST 7',
      `SET search_path = ''`,
      'LEAKPROOF',
    ])
    .join(' ')
  const tag = world.random.pick(['$$', '$a$', '$_$'])
  const sql = `LANGUAGE sql ${attributes} AS ${tag}${world.random.pick(BODIES.filter((body) => !body.includes(tag)))}${tag}`
  const plpgsql = `LANGUAGE plpgsql ${attributes} AS $f$ BEGIN /* ; */ IF true THEN RAISE NOTICE '%', $$;$$; END IF; RETURN; END $f$`
  const standard = `LANGUAGE sql ${attributes} BEGIN ATOMIC SELECT CASE WHEN true THEN NULL END; SELECT NULL; END`
  await world.run('SET check_function_bodies = off')
  const isMade = await world.run(
    `CREATE FUNCTION ${name}(${list(given)})${returns} ${world.random.pick([sql, plpgsql, standard])}`,
  )
  await world.run('RESET check_function_bodies')
  if (!isMade) return
  world.functions.push(name)
  await world.comment(`FUNCTION ${name}`)
}

async function makeProcedure(world: World): Promise<void> {
  const name = world.newName()
  const body = world.random.pick([`AS $$ BEGIN COMMIT; END $$`, 'AS $$ BEGIN NULL; END $$'])
  const given = list(parameters(world, ['IN', 'INOUT']))
  if (await world.run(`CREATE PROCEDURE ${name}(${given}) LANGUAGE plpgsql ${body}`))
    await world.comment(`PROCEDURE ${name}`)
}

/** Called for a default, a check, an index, a generated column: what must be there before the table is. */
async function makeUsedFunction(world: World): Promise<void> {
  const [name, table] = [world.newName(), world.newName()]
  await world.run(
    `CREATE FUNCTION ${name}(text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT $1 <> ';' $$`,
  )
  const column = world.localName()
  const isMade = await world.run(
    `CREATE TABLE ${table} (${column} text CHECK (${name}(${column})), b bool DEFAULT ${name}('x'), ` +
      `g bool GENERATED ALWAYS AS (${name}('y')) STORED)`,
  )
  if (!isMade) return
  await world.run(`CREATE INDEX ON ${table} (${name}(${column}))`)
  world.relations.push({ name: table, kind: 'table', columns: [{ name: column, type: 'text' }], key: [] })
}

/** A body that is not text: it hangs on what it names, views and functions in turn. */
async function makeStandardFunction(world: World): Promise<void> {
  const relation = world.pick(world.relations)
  if (relation === undefined) return
  const name = world.newName()
  const body = `BEGIN ATOMIC SELECT x FROM ${relation.name} x WHERE CASE WHEN true THEN false END; END`
  if (await world.run(`CREATE FUNCTION ${name}() RETURNS SETOF ${relation.name} LANGUAGE sql ${body}`))
    await world.run(`CREATE VIEW ${world.newName()} AS SELECT * FROM ${name}()`)
}

async function makeTrigger(world: World): Promise<void> {
  const relation = world.relation('table', 'partitioned', 'view')
  const called = world.newName()
  const body = 'AS $$ BEGIN RETURN NULL; END $$'
  if (!(await world.run(`CREATE FUNCTION ${called}() RETURNS trigger LANGUAGE plpgsql ${body}`))) return
  if (relation === undefined) return
  const name = world.localName()
  const when = relation.kind === 'view' ? 'INSTEAD OF' : world.random.pick(['BEFORE', 'AFTER'])
  const argument = world.text()
  const rest = `ON ${relation.name} FOR EACH ROW EXECUTE FUNCTION ${called}(${argument})`
  if (!(await world.run(`CREATE TRIGGER ${name} ${when} INSERT ${rest}`))) return
  await world.comment(`TRIGGER ${name} ON ${relation.name}`)
  if (world.chance(3)) await world.run(`ALTER TABLE ${relation.name} DISABLE TRIGGER ${name}`)
}

async function makeAggregate(world: World): Promise<void> {
  const name = world.newName()
  const isMade = await world.run(
    `CREATE AGGREGATE ${name}(int4) (SFUNC = int4pl, STYPE = int4, INITCOND = '0')`,
  )
  if (isMade) await world.comment(`AGGREGATE ${name}(int4)`)
}

async function makeOperator(world: World): Promise<void> {
  const called = world.newName()
  const [composite] = world.some(world.composites)
  if (composite === undefined) return
  const schema = world.random.pick(world.schemas)
  await world.run(
    `CREATE FUNCTION ${called}(${composite}, ${composite}) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'`,
  )
  const operator = world.random.pick(['<~>', '===', '@@@', '->>>'])
  const isMade = await world.run(
    `CREATE OPERATOR ${schema}.${operator} (FUNCTION = ${called}, LEFTARG = ${composite}, RIGHTARG = ${composite})`,
  )
  if (isMade) await world.comment(`OPERATOR ${schema}.${operator} (${composite}, ${composite})`)
  if (world.chance(2)) await world.run(`CREATE OPERATOR FAMILY ${world.newName()} USING btree`)
}

async function makeEventTrigger(world: World): Promise<void> {
  const [name, called] = [world.localName(), world.newName()]
  await world.run(
    `CREATE FUNCTION ${called}() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$`,
  )
  if (await world.run(`CREATE EVENT TRIGGER ${name} ON sql_drop EXECUTE FUNCTION ${called}()`))
    await world.comment(`EVENT TRIGGER ${name}`)
}

export const routineActions = [
  ...[
    makeFunction,
    makeFunction,
    makeFunction,
    makeFunction,
    makeProcedure,
    makeUsedFunction,
    makeStandardFunction,
  ],
  ...[makeTrigger, makeAggregate, makeOperator, makeEventTrigger],
]
