import { Client } from 'pg'

/** The OPTIONS of a foreign server or table, from a column such as `{"filename=x"}`. */
function optionsOf(column: string): string {
  return `select coalesce(' OPTIONS (' || string_agg(
    format('%I %L', split_part(option, '=', 1), substr(option, strpos(option, '=') + 1)), ', ') || ')', '')
    from unnest(${column}) option`
}

/**
 * The statements that make a database's schema anew, each kind of object after the other and by name inside a kind, as
 * pg_dump lists them: keys after the tables, comments at the end, dropped columns gone. What the generator does not
 * look at (triggers, rights, owners) is left out.
 */
const queries = [
  `select format('CREATE SCHEMA IF NOT EXISTS %I', nspname) as sql from pg_namespace
   where nspname !~ '^pg_' and nspname <> 'information_schema' order by nspname`,
  `select format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', extname, nspname) as sql
   from pg_extension e join pg_namespace n on n.oid = extnamespace where extname <> 'plpgsql' order by extname`,
  `select format('CREATE SERVER %I FOREIGN DATA WRAPPER %I', srvname, fdwname) || (${optionsOf('srvoptions')}) as sql
   from pg_foreign_server join pg_foreign_data_wrapper w on w.oid = srvfdw order by srvname`,
  `select case typtype
     when 'e' then format('CREATE TYPE %s AS ENUM (%s)', own.name,
       (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
     when 'd' then format('CREATE DOMAIN %s AS %s', own.name, format_type(typbasetype, typtypmod))
       || coalesce(' DEFAULT ' || typdefault, '') || case when typnotnull then ' NOT NULL' else '' end
       || coalesce((select string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)), '' order by conname)
          from pg_constraint k where contypid = t.oid and contype = 'c'), '')
     when 'r' then (select format('CREATE TYPE %s AS RANGE (subtype = %s, multirange_type_name = %s)', own.name,
         format_type(rngsubtype, null), rngmultitypid::regtype) from pg_range where rngtypid = t.oid)
     when 'c' then format('CREATE TYPE %s AS (%s)', own.name,
       (select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
        from pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped))
   end as sql
   from pg_type t, lateral (select t.oid::regtype::text as name) own
   where typtype in ('e', 'd', 'r', 'c') and (typrelid = 0 or (select relkind = 'c' from pg_class where oid = typrelid))
     and mine(typnamespace, 'pg_type', t.oid) order by typname, own.name`,
  `select pg_get_functiondef(oid) as sql from pg_proc
   where prokind in ('f', 'p') and mine(pronamespace, 'pg_proc', oid) order by proname, oid::regprocedure::text`,
  `select format('CREATE AGGREGATE %s(%s) (SFUNC = %s, STYPE = %s', p.oid::regproc,
     pg_get_function_arguments(p.oid), aggtransfn, format_type(aggtranstype, null))
     || coalesce(', INITCOND = ' || quote_literal(agginitval), '') || ')' as sql
   from pg_proc p join pg_aggregate on aggfnoid = p.oid
   where mine(pronamespace, 'pg_proc', p.oid) order by proname, p.oid::regprocedure::text`,
  `select format('CREATE SEQUENCE %s', c.oid::regclass) as sql from pg_class c
   where relkind = 'S' and mine(relnamespace, 'pg_class', oid)
     and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'i')
   order by relname, relnamespace::regnamespace::text`,
  `select format('CREATE %s %s (%s)', case relkind when 'f' then 'FOREIGN TABLE' else 'TABLE' end, c.oid::regclass, coalesce((select string_agg(
       format('%I %s', attname, format_type(atttypid, atttypmod))
       || case
         when attidentity <> '' then format(' GENERATED %s AS IDENTITY', case attidentity when 'a' then 'ALWAYS' else 'BY DEFAULT' end)
         when attgenerated <> '' then format(' GENERATED ALWAYS AS (%s) %s', pg_get_expr(adbin, adrelid),
           case attgenerated when 's' then 'STORED' else 'VIRTUAL' end)
         else coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
       end || case when attnotnull then ' NOT NULL' else '' end, ', ' order by attnum)
     from pg_attribute a left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where attrelid = c.oid and attnum > 0 and not attisdropped), ''))
     || coalesce((select ' INHERITS (' || string_agg(inhparent::regclass::text, ', ' order by inhseqno) || ')'
       from pg_inherits where inhrelid = c.oid and not relispartition), '')
     || coalesce(' PARTITION BY ' || pg_get_partkeydef(c.oid), '')
     || coalesce((select format(' SERVER %I', srvname) || (${optionsOf('ftoptions')})
       from pg_foreign_table join pg_foreign_server s on s.oid = ftserver where ftrelid = c.oid), '') as sql
   from pg_class c where relkind in ('r', 'p', 'f') and mine(relnamespace, 'pg_class', oid)
   order by relname, relnamespace::regnamespace::text`,
  `select format('ALTER TABLE ONLY %s ATTACH PARTITION %s %s', inhparent::regclass, c.oid::regclass,
     pg_get_expr(relpartbound, c.oid)) as sql
   from pg_class c join pg_inherits on inhrelid = c.oid where relispartition and relkind in ('r', 'p', 'f')
   order by relname, relnamespace::regnamespace::text`,
  `select format('CREATE %s %s AS %s', case relkind when 'v' then 'VIEW' else 'MATERIALIZED VIEW' end,
     c.oid::regclass, pg_get_viewdef(c.oid)) as sql
   from pg_class c where relkind in ('v', 'm') and mine(relnamespace, 'pg_class', oid)
   order by relname, relnamespace::regnamespace::text`,
  `select format('ALTER TABLE %s %s ADD CONSTRAINT %I %s', case when relkind = 'p' then '' else 'ONLY' end,
     conrelid::regclass, conname, pg_get_constraintdef(k.oid)) as sql
   from pg_constraint k join pg_class c on c.oid = conrelid
   where contype in ('p', 'u', 'x', 'c', 'f') and conparentid = 0 and conislocal and mine(relnamespace, 'pg_class', conrelid)
   order by contype = 'f', relname, conname, relnamespace::regnamespace::text`,
  `select pg_get_indexdef(indexrelid) as sql from pg_index join pg_class c on c.oid = indexrelid
   where mine(relnamespace, 'pg_class', indrelid) and not relispartition
     and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
   order by relname, relnamespace::regnamespace::text`,
  `select format('COMMENT ON %s IS %L', object, description) as sql
   from pg_description,
     lateral (select case classoid
       when 'pg_class'::regclass then case when objsubid = 0
         then case (select relkind from pg_class where oid = objoid) when 'v' then 'VIEW ' when 'm' then 'MATERIALIZED VIEW '
           when 'c' then 'TYPE ' when 'f' then 'FOREIGN TABLE ' when 'r' then 'TABLE ' when 'p' then 'TABLE ' end || objoid::regclass
         else format('COLUMN %s.%I', objoid::regclass,
           (select attname from pg_attribute where attrelid = objoid and attnum = objsubid)) end
       when 'pg_type'::regclass then case (select typtype from pg_type where oid = objoid)
         when 'd' then 'DOMAIN ' else 'TYPE ' end || objoid::regtype
       when 'pg_constraint'::regclass then (select format('CONSTRAINT %I ON %s', conname, conrelid::regclass)
         from pg_constraint where oid = objoid and conrelid <> 0)
     end as object) named
   where object is not null and not exists (select from pg_depend d
       where d.deptype in ('e', 'i') and d.classid = classoid and d.objid = objoid
         and d.refclassid in ('pg_extension'::regclass, 'pg_class'::regclass) and classoid <> 'pg_constraint'::regclass)
     and objoid >= 16384
   order by object`,
]

/** Whether an object is the schema's own: neither the server's nor an extension's. */
const mine = `
  create function pg_temp.mine(namespace oid, catalog text, object oid) returns boolean language sql as $$
    select namespace::regnamespace::text !~ '^(pg_|information_schema)' and not exists (
      select from pg_catalog.pg_depend
      where classid = ('pg_catalog.' || catalog)::regclass and objid = object and deptype = 'e')
  $$`

/**
 * A script that makes the schema of a database in another, empty one. In the database `scratch`, which is empty, its
 * statements have been run afterwards, in their order.
 */
export async function dump(url: string, scratch: string): Promise<string> {
  const statements = await read(url)
  return `SET check_function_bodies = false;\nSELECT pg_catalog.set_config('search_path', '', false);\n\n${(
    await ordered(statements, scratch)
  ).join(';\n\n')};\n`
}

async function read(url: string): Promise<string[]> {
  const client = new Client(url)
  await client.connect()
  try {
    await client.query("set search_path to ''")
    await client.query(mine)
    const statements: string[] = []
    for (const query of queries) {
      const { rows } = await client.query<{ sql: string | null }>(query.replaceAll('mine(', 'pg_temp.mine('))
      statements.push(...rows.flatMap(({ sql }) => (sql === null ? [] : [sql.trim().replace(/;$/, '')])))
    }
    return statements
  } finally {
    await client.end()
  }
}

/** Where names alone would put an object before what it needs, it comes as soon as that is there. */
async function ordered(statements: readonly string[], scratch: string): Promise<string[]> {
  const client = new Client(scratch)
  await client.connect()
  try {
    await client.query("set check_function_bodies = false; set search_path to ''")
    const done: string[] = []
    let waiting = statements
    while (waiting.length > 0) {
      const failed: string[] = []
      let failure: unknown
      for (const statement of waiting) {
        try {
          await client.query(statement)
          done.push(statement)
        } catch (error) {
          failure = error
          failed.push(statement)
        }
      }
      if (failed.length === waiting.length)
        throw new Error(`No order for: ${failed.join('\n')}`, { cause: failure })
      waiting = failed
    }
    return done
  } finally {
    await client.end()
  }
}
