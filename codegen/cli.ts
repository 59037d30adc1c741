#!/usr/bin/env node
import { Command } from 'commander'
import { readConfig } from './config.js'
import { CodegenError, messageOf } from './errors.js'
import { generate } from './generate.js'
import type { SchemaSource } from './source.js'
import { outdated, summary } from './summary.js'
import { isUpToDate } from './write/changes.js'

interface Flags {
  readonly schema?: readonly string[]
  readonly url?: string
  readonly out: string
  readonly config?: string
  readonly check?: boolean
}

const program = new Command('sluice')
  .description('Generates typed repositories from a PostgreSQL schema.')
  .option(
    '--schema <file>',
    'a file of SQL to run in a scratch database; may be given several times, in order (default: "schema.sql")',
    (file: string, files: readonly string[] | undefined) => [...(files ?? []), file],
  )
  .option('--url <url>', 'a database to read instead: postgres://user:password@host:5432/database')
  .option('--out <folder>', 'where the generated files go; nothing else may be in it', 'generated')
  .option(
    '--config <file>',
    'a module whose default export holds settings (default: sluice.config.ts, .js or .mjs here, if there is one)',
  )
  .option('--check', 'write nothing; exit with 1 if something would change')
  .addHelpText(
    'after',
    `
Relations come from foreign keys: author_id gives posts the relation author, and users its inverse posts, or
postsByAuthor when several keys lead from posts to users. Other names are set on the constraint,
  COMMENT ON CONSTRAINT posts_author_id_fkey ON posts IS '@name writer @inverse writings'
or in sluice.config.ts, which comes first:
  export default { relations: { 'public.posts_author_id_fkey': { name: 'writer', inverse: 'writings' } } }
Through a link table (product_categories), "through" on its key to products names the categories of products.`,
  )
  .showHelpAfterError('Run with --help to see what there is.')

try {
  program.parse()
  await run(program.opts<Flags>())
} catch (error) {
  // Anything but a CodegenError is a mistake of ours, and its stack is what a report needs.
  console.error(error instanceof CodegenError ? messageOf(error) : error)
  process.exitCode = 1
}

async function run({ out, config, check = false, ...flags }: Flags): Promise<void> {
  const { relations = {} } = await readConfig(config)
  const result = await generate({
    source: sourceOf(flags),
    out,
    relationNames: relations,
    check,
    notify: (message) => console.error(message),
  })
  if (!check) console.log(summary(result, out))
  else if (isUpToDate(result.changes)) console.log(`${out} is up to date with the schema.`)
  else {
    console.error(outdated(result.changes, out))
    process.exitCode = 1
  }
}

function sourceOf({ schema, url }: Pick<Flags, 'schema' | 'url'>): SchemaSource {
  if (schema !== undefined && url !== undefined) {
    throw new CodegenError('Give --schema or --url, not both: the schema comes from one place.')
  }
  if (url === undefined) return { files: schema ?? ['schema.sql'] }
  // What was given is not repeated: it may hold a password.
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new CodegenError('--url takes a PostgreSQL URL: postgres://user:password@host:5432/database')
  }
  return { url }
}
