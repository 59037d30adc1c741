import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generate } from '../../codegen/generate.js'
import { declareLibrary } from '../../scripts/build.js'
import { workFolder } from '../build.js'
import type { Context } from '../context.js'
import { targetOf } from '../must-hold.js'
import { count, type Plan, type Section } from '../section.js'

/** What is promised, of a schema of so many tables and its loops. */
const budgetTables = 500
const budget = targetOf('typeChecking')

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What a generated schema of many tables costs the type checker, with typical loops over each tenth table. */
export function typeChecking(context: Context): Plan {
  const { typedTables } = context.sizes
  return {
    id: 'type-checking',
    // Of which the server that the schema is loaded into takes two.
    seconds: 7 + typedTables / 20,
    run: () => measure(context),
  }
}

async function measure({ sizes, say }: Context): Promise<Section> {
  const { typedTables } = sizes
  say(`type-checking ${typedTables} tables`)
  const folder = join(workFolder, 'typed')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'schema.sql'), schema(typedTables))
  await generate({ source: { files: [join(folder, 'schema.sql')] }, out: join(folder, 'generated') })
  await writeFile(join(folder, 'loops.ts'), loops(typedTables))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config, null, 1))
  declareLibrary(join(folder, 'types'), false)
  const figures = await check(folder)
  const isWhole = typedTables >= budgetTables
  const verdict = figures.instantiations <= budget ? 'within' : 'OVER'
  return {
    id: 'type-checking',
    title: 'Type-checking a generated schema',
    note:
      'tsc --extendedDiagnostics with the declarations that are published; three typical loops for each tenth table. The ' +
      `budget for ${budgetTables} tables is ${count(budget)} instantiations.`,
    head: ['tables', 'instantiations', 'types', 'check s', 'total s', 'memory MB', 'budget'],
    rows: [
      [
        count(typedTables),
        count(figures.instantiations),
        count(figures.types),
        figures.checkTime.toFixed(2),
        figures.totalTime.toFixed(2),
        count(figures.memory / 1000),
        isWhole ? verdict : '-',
      ],
    ],
    charts: [],
    findings: isWhole ? [{ line: 'typeChecking', values: [figures.instantiations] }] : [],
    data: figures,
    missing: [],
  }
}

const config = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: {
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: { sluice: ['./types/src/index.d.ts'] },
  },
  include: ['generated', 'loops.ts'],
}

function schema(tables: number): string {
  return Array.from({ length: tables }, (_, index) => {
    const parent = index === 0 ? '' : `, parent_id int4 references thing_${index >> 1}`
    return `create table thing_${index} (
      id int4 primary key, name text not null, note text, active bool not null, amount numeric,
      data jsonb, tags text[] not null, created_at timestamptz not null${parent});\n`
  }).join('')
}

function loops(tables: number): string {
  const chosen = Array.from({ length: tables }, (_, index) => index).filter((index) => index % 10 === 1)
  const bodies = chosen.map(
    (index) => `
  for await (const row of all.thing${index}
    .filter({ active: true, name: { startsWith: 'a' }, amount: { gte: '1' }, parent: { name: 'x' } })
    .exclude({ note: null })
    .orderBy('-createdAt', 'id')
    .selectRelated('parent')
    .aiterator()) seen.push(row.name, row.parent?.name)
  for await (const batch of all.thing${index}.only('id', 'name').aiterator({ batchYieldSize: 500 })) {
    for (const { id, name } of batch) seen.push(id, name)
  }
  seen.push(await all.thing${index}.values('active').annotate({ n: count() }).toArray())`,
  )
  return `import { connect, count } from 'sluice'
import { repositories, type DB } from './generated/index.js'

export async function loops(): Promise<unknown[]> {
  const all = repositories(connect<DB>({}))
  const seen: unknown[] = []
${bodies.join('\n')}
  return seen
}
`
}

async function check(folder: string) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [tsc, '-p', folder, '--extendedDiagnostics'], {
    maxBuffer: 2 ** 26,
  }).catch((error: { stdout?: string }) => {
    throw new Error(`The generated schema does not type-check: ${(error.stdout ?? '').slice(0, 500)}`, {
      cause: error,
    })
  })
  const figure = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1])
  return {
    instantiations: figure('Instantiations'),
    types: figure('Types'),
    checkTime: figure('Check time'),
    totalTime: figure('Total time'),
    /** In kilobytes. */
    memory: figure('Memory used'),
  }
}
