import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CodegenError } from '../errors.js'
import { comparePaths, inOrder, isFlyway } from './file-order.js'
import { drizzleScripts } from './drizzle.js'
import { sqitchScripts } from './sqitch.js'

/** SQL, compressed or not. */
const SQL = /\.(?:sql|pgsql|psql|ddl)(?:\.(?:gz|zst))?$/i

/** Migrations that are programs: of Kysely, Knex, TypeORM, Rails, Django, Alembic, Laravel, Ecto and their like. */
const PROGRAM = /^(?:Migration)?[VR]?\d[\w.-]*\.(?:[cm]?[jt]s|py|rb|php|exs|java|kt|cs)$/

/** Where there is nothing else. */
const CODE = /\.(?:[cm]?[jt]s|py|rb|php|exs|java|kt|cs)$/

/** Where projects keep their migrations, below the folder that one would name. */
const USUAL = ['migrations', 'supabase/migrations', 'prisma/migrations', 'db/migrations', 'drizzle', 'deploy']

/**
 * The scripts of a folder, in the order in which the tool that it is of runs them: Drizzle by its journal, sqitch by its
 * plan, Prisma, Hasura and Diesel by their folders, Flyway by versions, and all others by the numbers that names begin
 * with.
 *
 * @throws CodegenError for a folder without SQL, and for migrations that are programs.
 */
export async function scriptsIn(folder: string): Promise<string[]> {
  const found = await scriptsOf(folder)
  if (found !== undefined) return found
  for (const usual of USUAL) {
    const inner = join(folder, usual)
    const isThere = (await stat(inner).catch(() => undefined))?.isDirectory() ?? false
    const scripts = isThere ? await scriptsOf(inner) : undefined
    if (scripts !== undefined) return scripts
  }
  throw new CodegenError(
    `The folder ${folder} has no files of SQL (.sql). Name the folder that has them, or a glob such as "${folder}/**/*.sql".`,
  )
}

async function scriptsOf(folder: string): Promise<string[] | undefined> {
  const special = (await drizzleScripts(folder)) ?? (await sqitchScripts(folder))
  if (special !== undefined) return special
  const { files, folders } = await contentsOf(folder)
  const own = files.filter((name) => SQL.test(name)).map((name) => join(folder, name))
  refusePrograms(folder, files, own.length === 0)
  // All of the schema, where its history stands beside it.
  if (files.includes('structure.sql')) return [join(folder, 'structure.sql')]
  const versioned = own.some(isFlyway) || own.length === 0 ? await flywayBelow(folder, folders) : []
  if (own.some(isFlyway) || versioned.length > 0) return inOrder([...own, ...versioned])
  // Beside folders of migrations, other scripts are run by hand.
  if (!own.some(isNumbered)) {
    const scripts = await foldersOfOne(folder, folders)
    if (scripts !== undefined || own.length === 0) return scripts
  }
  return inOrder(own)
}

/** As migrations mostly are. */
function isNumbered(file: string): boolean {
  return /^\d/.test(basename(file))
}

async function contentsOf(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'))
  const [files, folders]: [string[], string[]] = [[], []]
  for (const entry of entries) (entry.isDirectory() ? folders : files).push(entry.name)
  return { files, folders }
}

async function flywayBelow(folder: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const name of folders) {
    const inner = join(folder, name)
    const { files, folders: below } = await contentsOf(inner)
    found.push(
      ...files.filter(isFlyway).map((file) => join(inner, file)),
      ...(await flywayBelow(inner, below)),
    )
  }
  return found
}

/** Prisma's and Drizzle's `20240101_users/migration.sql`, Hasura's and Diesel's `1_users/up.sql`. */
async function foldersOfOne(folder: string, folders: readonly string[]): Promise<string[] | undefined> {
  const scripts: string[] = []
  for (const name of [...folders].sort(comparePaths)) {
    const { files } = await contentsOf(join(folder, name))
    const script = files.find((file) => file === 'migration.sql' || file === 'up.sql')
    if (script !== undefined) scripts.push(join(folder, name, script))
  }
  return scripts.length === 0 ? undefined : scripts
}

/** A folder of programs has no SQL to read, and one of both is not its whole history. */
function refusePrograms(folder: string, files: readonly string[], isWithoutSql: boolean): void {
  const program = files.find((name) => (isWithoutSql ? CODE : PROGRAM).test(name) && !name.endsWith('.d.ts'))
  if (program === undefined) return
  const rails = program.endsWith('.rb')
    ? ' With config.active_record.schema_format = :sql Rails writes db/structure.sql.'
    : ''
  throw new CodegenError(
    `The folder ${folder} holds migrations that are programs (${program}), which only their tool can run. Run them on a ` +
      `database, and read that by --url postgres://….${rails}`,
  )
}
