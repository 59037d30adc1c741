import { execFile } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { compile, workFolder } from './build.js'
import type { Skipped } from './contender-list.js'

const bench = fileURLToPath(new URL('.', import.meta.url))

/**
 * Generates Prisma's client into what is built. It runs without an engine, on pg by its driver adapter: nothing is
 * downloaded. Says why where it cannot be made.
 */
export async function generatePrisma(): Promise<Skipped[]> {
  const folder = join(workFolder, 'prisma')
  const cli = join(bench, 'node_modules/prisma/build/index.js')
  try {
    await mkdir(folder, { recursive: true })
    await copyFile(join(bench, 'contenders/schema.prisma'), join(folder, 'schema.prisma'))
    await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', 'schema.prisma'], {
      cwd: folder,
      env: {
        ...process.env,
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        // Never run. Without a program that is there, the command line downloads one, which only migrations need.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      },
    })
    await compile(join(folder, 'client'), join(workFolder, 'bench/prisma'))
    return []
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split('\n')
    const reason = lines.find((line) => /error/i.test(line)) ?? lines[0]
    return [
      {
        ...{ name: 'Prisma', modules: ['calls-prisma.mjs'] },
        reason: `its client could not be generated: ${reason?.trim()}`,
      },
    ]
  }
}
