import { WickedNames } from '../fuzz-names.js'
import { list, literal, quoted, type World } from './world.js'

const BASE = (
  'bool int2 int4 int8 oid float4 float8 numeric numeric(10,2) text varchar varchar(20) char(3) "char" name bytea ' +
  'json jsonb xml date time timetz timestamp timestamptz timestamptz(3) interval inet cidr macaddr uuid money bit(3) varbit ' +
  'tsvector tsquery point box pg_lsn int4range numrange daterange tstzrange int4multirange regclass regtype'
).split(' ')

/** Extensions with the types that they bring. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  citext: ['citext'],
  hstore: ['hstore'],
  ltree: ['ltree', 'lquery'],
  isn: ['isbn', 'ean13'],
  cube: ['cube'],
  seg: ['seg'],
  lo: ['lo'],
  intarray: ['query_int'],
  pg_trgm: [],
  btree_gist: [],
  tablefunc: [],
  dict_int: [],
}

/** Extensions are no part of what `pg_dump -n` writes. */
export async function makeExtensions(world: World): Promise<void> {
  world.types.push(...BASE)
  if (world.options.isOneSchema) return
  for (const [extension, types] of Object.entries(EXTENSIONS)) {
    if (!world.chance(3)) continue
    const schema = world.random.pick(world.schemas)
    if (!(await world.run(`CREATE EXTENSION ${extension} SCHEMA ${schema}`))) continue
    for (const type of types) world.types.push(`${schema}.${type}`, `${schema}.${type}`)
    await world.comment(`EXTENSION ${extension}`)
  }
}

async function makeEnum(world: World): Promise<void> {
  const name = world.newName()
  const names = new WickedNames(world.random)
  const labels = world.times(5, () => literal(names.next()), 1)
  if (!(await world.run(`CREATE TYPE ${name} AS ENUM (${list(labels)})`))) return
  world.enums.push({ name, labels })
  world.types.push(name, name)
  if (world.chance(3))
    await world.run(`ALTER TYPE ${name} ADD VALUE ${literal(names.next())} BEFORE ${labels[0] ?? ''}`)
  await world.comment(`TYPE ${name}`)
}

async function makeDomain(world: World): Promise<void> {
  const name = world.newName()
  const options = world.some([
    'NOT NULL',
    `CONSTRAINT ${world.localName()} CHECK (VALUE IS NOT NULL)`,
    'CHECK (VALUE::text <> $$a;b$$)',
    'DEFAULT NULL',
  ])
  const listed = world.random.pick([
    `AS text CHECK (VALUE IN (${list(world.times(4, () => world.text(), 1))}))`,
    'AS int CHECK (VALUE = ANY (ARRAY[1, 2, 3]))',
    'AS varchar(5) COLLATE "C" CHECK (VALUE = $$a$$ OR VALUE = $$b$$)',
  ])
  const rest = world.chance(3) ? listed : `AS ${world.type()} ${options.join(' ')}`
  if (!(await world.run(`CREATE DOMAIN ${name} ${rest}`))) return
  world.types.push(name, name)
  if (world.chance(4))
    await world.run(`ALTER DOMAIN ${name} ADD CONSTRAINT late CHECK (VALUE IS NOT NULL) NOT VALID`)
  await world.comment(`DOMAIN ${name}`)
}

async function makeRange(world: World): Promise<void> {
  const name = world.newName()
  const subtype = world.random.pick(['int4', 'numeric', 'text', 'date', 'float8', 'uuid'])
  const multirange = world.chance(2) ? `, MULTIRANGE_TYPE_NAME = ${world.newName()}` : ''
  const diff = subtype === 'float8' && world.chance(2) ? ', SUBTYPE_DIFF = float8mi' : ''
  if (await world.run(`CREATE TYPE ${name} AS RANGE (SUBTYPE = ${subtype}${diff}${multirange})`))
    world.types.push(name)
}

async function makeComposite(world: World): Promise<void> {
  const name = world.newName()
  const names = new WickedNames(world.random)
  const attributes = world.times(4, () => ({ name: quoted(names.next()), type: world.type() }))
  const columns = attributes.map((attribute) => `${attribute.name} ${attribute.type}`)
  if (!(await world.run(`CREATE TYPE ${name} AS (${list(columns)})`))) return
  world.types.push(name, name)
  world.composites.push(name)
  const dropped = world.chance(4) ? world.pick(attributes) : undefined
  if (dropped !== undefined) await world.run(`ALTER TYPE ${name} DROP ATTRIBUTE ${dropped.name}`)
  await world.comment(`TYPE ${name}`)
  for (const attribute of attributes) await world.comment(`COLUMN ${name}.${attribute.name}`, 6)
}

async function makeCollation(world: World): Promise<void> {
  const name = world.newName()
  if (!(await world.run(`CREATE COLLATION ${name} FROM "C"`))) return
  await world.comment(`COLLATION ${name}`)
  await world.run(`CREATE DOMAIN ${world.newName()} AS text COLLATE ${name}`)
}

async function makeTextSearch(world: World): Promise<void> {
  const [dictionary, configuration] = [world.newName(), world.newName()]
  await world.run(`CREATE TEXT SEARCH DICTIONARY ${dictionary} (TEMPLATE = pg_catalog.simple)`)
  await world.run(`CREATE TEXT SEARCH CONFIGURATION ${configuration} (COPY = pg_catalog.english)`)
  await world.run(
    `ALTER TEXT SEARCH CONFIGURATION ${configuration} ALTER MAPPING FOR asciiword WITH ${dictionary}`,
  )
  await world.comment(`TEXT SEARCH CONFIGURATION ${configuration}`)
}

/** A type with its functions, made in two steps. */
async function makeBaseType(world: World): Promise<void> {
  const name = world.newName()
  const [input, output] = [world.newName(), world.newName()]
  if (!(await world.run(`CREATE TYPE ${name}`))) return
  await world.run(
    `CREATE FUNCTION ${input}(cstring) RETURNS ${name} LANGUAGE internal IMMUTABLE STRICT AS 'int4in'`,
  )
  await world.run(
    `CREATE FUNCTION ${output}(${name}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'`,
  )
  const isMade = await world.run(
    `CREATE TYPE ${name} (INPUT = ${input}, OUTPUT = ${output}, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4)`,
  )
  if (isMade) world.types.push(name)
}

async function makeCast(world: World): Promise<void> {
  const [composite] = world.some(world.composites)
  if (composite !== undefined) await world.run(`CREATE CAST (${composite} AS text) WITH INOUT AS ASSIGNMENT`)
}

export const typeActions = [
  ...[makeEnum, makeEnum, makeDomain, makeDomain, makeRange, makeComposite, makeComposite],
  ...[makeCollation, makeTextSearch, makeBaseType, makeCast],
]
