import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { everyType } from '../../queryset/every-type.js'
import { openShop } from '../../queryset/shop.js'
import { atHand } from './at-hand.js'
import { blocksOf, readBlocks } from './blocks.js'
import { messagesOf } from './compile.js'
import { run } from './run.js'

const blocks = readBlocks()

/** Gives what a reader has at hand, on a database of its own with a few rows. */
async function withNames<T>(use: (names: ReturnType<typeof atHand>) => Promise<T>): Promise<T> {
  await using shop = await openShop(`${everyType};
    insert into categories (name, slug) values ('Garden', 'garden');
    update products set price = 99 where price > 99;
    create extension pg_trgm`)
  process.env.DATABASE_URL = shop.database.url
  const folder = mkdtempSync(join(tmpdir(), 'sluice-docs-'))
  try {
    const names = atHand(shop, folder)
    await names.store.create()
    return await use(names)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('code on the pages', () => {
  it('compiles, strictly', async () => {
    expect(blocks.length).toBeGreaterThan(40)
    const names = await withNames((given) => Promise.resolve(Object.keys(given)))
    expect(messagesOf(blocks, names)).toEqual([])
  })

  it('would be told of', () => {
    const [block] = blocksOf('page.md', 'Text:\n\n```ts not-run\nusers.filter({ nme: 1 })\nnowhere\n```\n')
    expect(block).toMatchObject({ place: 'page.md:3', isRun: false })
    const messages = messagesOf(block ? [block] : [], ['users'])
    expect(messages).toHaveLength(2)
    expect(messages[1]).toContain("page.md:3, line 2: Cannot find name 'nowhere'")
  })

  it.each(blocks.filter(({ isRun }) => isRun).map((block) => [block.place, block] as const))(
    'runs: %s',
    (_place, block) => withNames((names) => run(block, names)),
  )
})
