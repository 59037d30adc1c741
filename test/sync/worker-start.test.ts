import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShop, type Shop } from '../support/shop.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

let shop: Shop
let folder: string
beforeAll(async () => {
  shop = await openShop({ users: 1050 })
  folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('the worker of iterator()', () => {
  it('starts from source under vitest', () => {
    expect([...shop.users.iterator({ batchYieldSize: 100 })]).toHaveLength(11)
  })

  it('starts from source under tsx', async () => {
    const script = fileURLToPath(new URL('./count-users.ts', import.meta.url))
    const { stdout } = await run(process.execPath, ['--import', 'tsx', script, shop.database.url], {
      cwd: root,
    })
    expect(stdout).toBe('11 batches, 1050 rows\n')
  })

  it('starts from an installed package, which is the build', async () => {
    const npm = { cwd: root, shell: process.platform === 'win32' }
    const { stdout: packed } = await run('npm', ['pack', '--json', '--pack-destination', folder], npm)
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as [{ filename: string }]
    const modules = join(folder, 'app', 'node_modules')
    await mkdir(join(modules, 'sluice'), { recursive: true })
    await run('tar', ['-xzf', join(folder, filename), '-C', join(modules, 'sluice'), '--strip-components=1'])
    for (const peer of ['kysely', 'pg'])
      await symlink(join(root, 'node_modules', peer), join(modules, peer), 'junction')
    const script = join(folder, 'app', 'main.mjs')
    await writeFile(
      script,
      `import { connect, Repository } from 'sluice'
       class Users extends Repository {
         constructor(kysely) {
           super(kysely, {
             schema: 'public', name: 'users', kind: 'table', primaryKey: ['id'], uniqueKeys: [], foreignKeys: [],
             columns: [{ property: 'id', name: 'id', type: 'int4', nullable: false, optional: true }],
           })
         }
       }
       const db = connect({ connectionString: ${JSON.stringify(shop.database.url)} })
       const users = new Users(db)
       let batches = 0
       for (const batch of users.iterator({ batchYieldSize: 100 })) batches += Math.sign(batch.length)
       let rows = 0
       for await (const _ of users.aiterator()) rows++
       await db.close()
       console.log(batches + ' batches, ' + rows + ' rows')`,
    )
    const { stdout } = await run(process.execPath, [script], { cwd: join(folder, 'app') })
    expect(stdout).toBe('11 batches, 1050 rows\n')
  }, 120_000)
})
