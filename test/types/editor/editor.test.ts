import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { Editor } from './service.js'

const path = fileURLToPath(new URL('rows.ts', import.meta.url))
const source = readFileSync(path, 'utf8')
const shown = [...source.matchAll(/\/\/ (.*)\n {2}const (\w+) =/g)].map(([, type = '', name = '']) => [
  name,
  type,
])
const head = source
  .slice(0, source.indexOf('  // '))
  .replace(" } from 'sluice'", ", lower, ref, sum } from 'sluice'")

const editor = new Editor(path)

/** A line of code where querysets are at hand. */
const line = (code: string) => `${head}  ${code}\n}\n`

describe('an editor shows rows as what they are', () => {
  beforeAll(() => {
    editor.write(source)
  })
  it('of twenty kinds and more', () => {
    expect(shown.length).toBeGreaterThan(20)
  })
  it.each(shown)('%s: %s', (name = '', type) => {
    expect(editor.hover(name)).toBe(type)
  })
})

describe('an editor offers', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [`posts.orderBy('author.▮')`, ['author.name', 'author.company.name'], ['title', 'editor.name']],
    [`posts.values('▮')`, ['title', 'author.name'], ['author.company.name', 'authr']],
    [`posts.only('author.company.▮')`, ['author.company.name'], ['titel']],
    [`posts.selectRelated('▮')`, ['author', 'editor'], ['title']],
    [`posts.selectRelated('author.▮')`, ['author.company'], ['author.orders', 'author.name']],
    [`users.prefetchRelated('orders.▮')`, ['orders.payments', 'orders.user'], ['orders.status']],
    [`posts.filter({ author: { ▮ } })`, ['email', 'company', 'and'], ['title']],
    [`posts.filter({ createdAt: { ▮ } })`, ['year', 'timeZone', 'gte'], ['lower']],
    [`posts.filter({ title: { ▮ } })`, ['startsWith', 'lower', 'in'], ['year']],
    [`users.filter({ orders: { some: { ▮ } } })`, ['status', 'payments'], ['email']],
    [`users.annotate({ n: count('▮') })`, ['orders', 'orders.id', 'email'], ['total']],
    [`users.annotate({ n: sum('orders.▮') })`, ['orders.id', 'orders.userId'], ['orders.email']],
    [`users.aggregate({ n: max('▮') })`, ['createdAt', 'orders.placedAt'], ['placedAt']],
    [`posts.annotate({ l: lower('▮') })`, ['title', 'author.name'], ['name']],
    [`posts.annotate({ l: ref('author.▮') })`, ['author.email'], ['author.title']],
    [`posts.dates('▮')`, ['createdAt', 'author.createdAt'], ['created']],
  ])('what can stand in %s', (code, there, missing) => {
    const offered = editor.completions(line(code))
    expect(offered).toEqual(expect.arrayContaining([...there]))
    for (const name of missing) expect(offered).not.toContain(name)
  })
})

describe('the compiler names the choices, or what is wrong', () => {
  it.each([
    [`void posts.orderBy('athor.name')`, '"slug"'],
    [`void posts.values('titel')`, '"slug"'],
    [`void posts.only('author.nme')`, '"author.email"'],
    [`void posts.selectRelated('comments')`, '"author" | "editor"'],
    [`void users.prefetchRelated('orders.paymets')`, '"orders.payments"'],
    [`void users.annotate({ n: count('ordrs') })`, 'is neither a field nor a path of relations", "'],
    [`void users.annotate({ l: concat('nme') })`, 'is no field, and no path of relations to one", "'],
    [`void users.annotate({ email: count('orders') })`, `the table already has \\"email\\"`],
    [`void users.annotate({ n: max('orders') })`, `max does not take the field \\"orders\\"`],
    [`void users.slice(0, 2).filter({ id: 1 })`, 'not callable'],
    [`void users.union(users).annotate({ n: count('orders') })`, 'not callable'],
    [`void posts.filter({ titel: 'a' })`, `'titel' does not exist`],
  ])('%s', (code, message) => {
    const messages = editor
      .messages(line(code))
      .filter((each) => !/never read|is declared|imports? .* unused/i.test(each))
    expect(messages).toHaveLength(1)
    expect(messages[0]).toContain(message)
  })

  it('and nothing of code that is right', () => {
    expect(editor.messages(source)).toEqual([])
  })
})
