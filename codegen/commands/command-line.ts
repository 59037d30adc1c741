import { createRequire } from 'node:module'
import { Command, CommanderError, Option } from 'commander'
import { codegen, type CodegenFlags } from './codegen.js'
import { didYouMean } from '../config/did-you-mean.js'
import { PRESETS } from '../model/type-settings.js'
import { addExchange } from './exchange-commands.js'
import { init, type InitFlags } from './init.js'
import { shownError } from './shown-error.js'
import { suggest, type SuggestFlags } from './suggest.js'

const COMMANDS = ['codegen', 'generate', 'init', 'suggest', 'export', 'import', 'help']

/**
 * Runs the command line, in the working folder.
 *
 * @param args - without the paths of Node and of the script.
 * @returns the exit code. What there is to say was written to the standard output or error.
 */
export async function commandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = new Command('sluice')
    .exitOverride()
    .description('Typed repositories from a PostgreSQL schema. Without a command it runs codegen.')
    .option('-V, --version', 'print the version of sluice')
    .on('option:version', () => {
      process.stdout.write(`${version()}\n`)
      throw new CommanderError(0, 'commander.version', '')
    })
    .showHelpAfterError('Run with --help to see what there is.')

  program
    .command('codegen', { isDefault: true })
    .alias('generate')
    .description('generate typed repositories; "sluice codegen --help" lists its flags')
    .option(
      '--schema <path>',
      'a file of SQL, a folder or a glob to run in a scratch database; may be given several times, in order',
      inOrder,
    )
    .option('--url <url>', 'a database to read instead: postgres://user:password@host:5432/database')
    .option(
      '--skip-extensions <names...>',
      'extensions that the SQL asks for, to leave out with what hangs on them',
    )
    .option('--out <folder>', 'where the generated files go; nothing else may be in it')
    .option('--docs <file>', 'a Markdown page on the tables, with a diagram, to write as well')
    .option(
      '--config <file>',
      'settings to read (default: sluice.config.ts, .mts, .js or .mjs here, if there is one)',
    )
    .option(
      '-d, --only <name>',
      'of the databases of the configuration, this one; may be given several times',
      inOrder,
    )
    .option('--check', 'write nothing; show what would change, and exit with 1 if anything would')
    .option('--quiet', 'print nothing but what is wrong')
    .option('--watch', 'generate again whenever a schema file or the configuration changes')
    .option('--schemas <names...>', 'the PostgreSQL schemas to generate from, as names or globs')
    .option('--include <names...>', 'the tables and views to generate, as names or globs')
    .option('--exclude <names...>', 'tables and views to leave out')
    .addOption(
      new Option('--naming <style>', 'how columns, tables and relations are called').choices([
        'camelCase',
        'asIs',
      ]),
    )
    .addOption(
      new Option('--enums <style>', 'enums as unions, or as constant objects too').choices([
        'union',
        'const',
      ]),
    )
    .option('--branded-ids', 'give the key of each table a type of its own')
    .option('--no-branded-ids', 'do not, whatever the configuration says')
    .addOption(
      new Option('--kysely-values <whose>', "whose values DB is for: SluiceDialect's or pg's").choices([
        'sluice',
        'pg',
      ]),
    )
    .option('--kysely-camel-case', "call tables and columns in DB as Kysely's CamelCasePlugin does")
    .option('--no-kysely-camel-case', 'do not, whatever the configuration says')
    .addOption(
      new Option('--import-extension <extension>', 'how generated files import each other').choices([
        '.js',
        '.ts',
        '',
      ]),
    )
    .addOption(
      new Option('--layout <layout>', 'files side by side, or in a folder for each schema').choices([
        'flat',
        'schemas',
      ]),
    )
    .addOption(
      new Option(
        '--validators <library>',
        'schemas of new rows and updates as well, in validators.ts',
      ).choices(['zod', 'valibot']),
    )
    .addHelpText(
      'after',
      `
Flags come before what sluice.config.ts sets; "sluice init" writes one with every setting. Without either, schema.sql
is generated into the folder generated, or the database of DATABASE_URL where there is no such file.

Repositories are called as their tables are (rental is rental, user_profiles is userProfiles); relations to one row as
their columns, and relations to many as the plural of their table (rentals).

Relations come from foreign keys: author_id gives posts the relation author, and users its inverse posts, or
postsByAuthor when several keys lead from posts to users. Other names are set on the constraint,
  COMMENT ON CONSTRAINT posts_author_id_fkey ON posts IS '@name writer @inverse writings'
or in sluice.config.ts, which comes first:
  relations: { 'public.posts_author_id_fkey': { name: 'writer', inverse: 'writings' } }
Through a link table (product_categories), "through" on its key to products names the categories of products.
Relations that no foreign key makes are declared by their column, and keys of views by the view:
  relations: { 'public.orders.user_id': 'public.users' }, keys: { 'public.order_view': ['id'] }
"sluice suggest" guesses them.

Several databases are set as databases: { main: { schema: … }, billing: { url: … } }; each is generated into a folder of its
own, or those alone that --only names.`,
    )
    .action(async (flags: CodegenFlags) => {
      exitCode = await codegen(flags)
    })

  program
    .command('init')
    .description('write a commented sluice.config.ts, unless there is a configuration')
    .addOption(
      new Option('--preset <name>', 'json: values that survive JSON.stringify, int8 as number').choices(
        Object.keys(PRESETS),
      ),
    )
    .action(async (flags: InitFlags) => {
      process.stdout.write(
        `Wrote ${await init(flags)}. Every setting is in it; "sluice codegen" goes by it.\n`,
      )
    })

  program
    .command('suggest')
    .description('print relations and keys that the schema does not declare, guessed from names and types')
    .option('--schema <path>', 'as for codegen', inOrder)
    .option('--url <url>', 'as for codegen')
    .option('--skip-extensions <names...>', 'as for codegen')
    .option('--config <file>', 'as for codegen')
    .option('-d, --only <name>', 'as for codegen', inOrder)
    .option('--schemas <names...>', 'as for codegen')
    .option('--include <names...>', 'as for codegen')
    .option('--exclude <names...>', 'as for codegen')
    .addHelpText(
      'after',
      `
Prints settings to take over into sluice.config.ts, and writes nothing:
  relations: { 'app.orders.user_id': 'app.users' },
  keys: { 'app.order_view': ['id'] },
A relation is guessed of a column called user_id, userId, userid or user, alone or behind a role (owner_user_id), to the
table users or user of the same schema, if that has a unique key of a type that PostgreSQL compares with the column's; and of
the columns of views by the columns that they show. What could be several tables is said in a comment.`,
    )
    .action(async (flags: SuggestFlags) => {
      exitCode = await suggest(flags)
    })

  addExchange(program, (code) => {
    exitCode = code
  })

  const [word] = args
  if (word !== undefined && !word.startsWith('-') && !COMMANDS.includes(word)) {
    process.stderr.write(`${unknownCommand(word)}\n`)
    return 1
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // It has said what was wrong with the arguments, or shown the help.
    if (error instanceof CommanderError) return error.exitCode
    process.stderr.write(`${shownError(error)}\n`)
    return 1
  }
}

/** A URL is not repeated: it may hold a password. */
function unknownCommand(word: string): string {
  if (word.includes('://')) return 'A database is given by --url.'
  if (/\.sql$/i.test(word)) return `A file of SQL is given by --schema ${word}.`
  return `There is no command "${word}".${didYouMean(word, COMMANDS)} Its flags are listed by --help.`
}

/** Of the package that this is part of, wherever it is installed. */
function version(): string {
  const { version } = createRequire(import.meta.url)('sluice/package.json') as { readonly version: string }
  return version
}

function inOrder(file: string, files: readonly string[] | undefined): string[] {
  return [...(files ?? []), file]
}
