import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
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
  let messages: string[]
  beforeAll(async () => {
    const names = await withNames((given) => Promise.resolve(Object.keys(given)))
    const wrong = blocksOf('wrong.md', 'Text:\n\n```ts not-run\nusers.filter({ nme: 1 })\nnowhere\n```\n')
    messages = messagesOf([...blocks, ...wrong], names)
  }, 300_000)

  it('compiles, strictly', () => {
    expect(blocks.length).toBeGreaterThan(60)
    expect(messages.filter((message) => !message.startsWith('wrong.md'))).toEqual([])
  })

  it('would be told of', () => {
    const told = messages.filter((message) => message.startsWith('wrong.md:3'))
    expect(told).toHaveLength(2)
    expect(told[1]).toContain("line 2: Cannot find name 'nowhere'")
  })

  it.each(blocks.filter(({ isRun }) => isRun).map((block) => [block.place, block] as const))(
    'runs: %s',
    (_place, block) => withNames((names) => run(block, names)),
  )
})
