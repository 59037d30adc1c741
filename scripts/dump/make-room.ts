import { Client } from 'pg'

/** Takes away what stands in the way of rows that nobody's program has made: checks, exclusions, and missing partitions. */
const PREPARE = `
  DO $$ DECLARE found record; BEGIN
    FOR found IN
      SELECT conname, conrelid::regclass::text AS owner, 'TABLE' AS kind FROM pg_constraint
      WHERE contype IN ('c', 'x') AND conrelid <> 0 AND coninhcount = 0
      UNION ALL
      SELECT conname, contypid::regtype::text, 'DOMAIN' FROM pg_constraint
      WHERE contype = 'c' AND contypid <> 0 AND connamespace <> 'information_schema'::regnamespace
    LOOP
      EXECUTE format('ALTER %s %s DROP CONSTRAINT IF EXISTS %I CASCADE', found.kind, found.owner, found.conname);
    END LOOP;
    FOR found IN
      SELECT partrelid::regclass::text AS owner, nspname, relname, partstrat FROM pg_partitioned_table
      JOIN pg_class c ON c.oid = partrelid JOIN pg_namespace n ON n.oid = relnamespace
      WHERE partdefid = 0 AND (partstrat <> 'h' OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = partrelid))
    LOOP
      EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s %s', found.nspname, left(found.relname, 50) || '_tried', found.owner,
        CASE found.partstrat WHEN 'h' THEN 'FOR VALUES WITH (MODULUS 1, REMAINDER 0)' ELSE 'DEFAULT' END);
    END LOOP;
  END $$`

const REFRESH = `
  DO $$ DECLARE found text; BEGIN
    FOR found IN SELECT oid::regclass FROM pg_class WHERE relkind = 'm' ORDER BY oid LOOP
      BEGIN
        EXECUTE 'REFRESH MATERIALIZED VIEW ' || found;
      EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM;
      END;
    END LOOP;
  END $$`

/** Makes room for rows in a scratch database that has been read. */
export async function makeRoom(url: string): Promise<void> {
  await run(url, PREPARE)
}

/** Reads materialized views anew. */
export async function refreshViews(url: string): Promise<void> {
  await run(url, REFRESH)
}

async function run(url: string, text: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
