import { sql, type LogEvent } from 'kysely'
import { format, resolveConfig } from 'prettier'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as sluice from 'sluice'
import { QuerySet, type Database, type Model } from 'sluice'
import { repositories, type DB } from '../../../generated/index.js'
import { everyType } from '../../queryset/every-type.js'
import { openShop, type Shop } from '../../queryset/shop.js'
import { Editor } from '../../types/editor/service.js'
import { AGGREGATES, EXPRESSIONS, FUNCTIONS } from './expressions.js'
import type { Form } from './form.js'
import { LOOKUPS } from './lookups.js'
import { METHODS } from './methods.js'

const page = fileURLToPath(new URL('../../../docs/django.md', import.meta.url))

let shop: Shop
let db: Database<DB>
const sent: string[] = []
beforeAll(async () => {
  shop = await openShop(everyType)
  db = shop.open({
    log: (event: LogEvent) => {
      sent.push(event.query.sql)
    },
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

/** What a line of code gives, with everything at hand that a reader has. */
async function run(code: string): Promise<unknown> {
  const use = async (handle: Parameters<typeof repositories>[0]) => {
    const names = { ...sluice, ...repositories(db), db, trx: handle, sql }
    // The code is that of the page.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    return (await new Function(...Object.keys(names), `return [${code}]`)(
      ...Object.values(names),
    )) as unknown[]
  }
  const [given] = code.includes('trx')
    ? await db.transaction().execute(async (trx) => {
        const result = await use(trx)
        await result[0]
        return result
      })
    : await use(db)
  return given
}

/** SQL as one reads it: without quotes, places and casts that are always there. */
function plain(text: string): string {
  return text
    .replaceAll(/"(?:pg_catalog|public)"\./g, '')
    .replaceAll(/"(\w+)" as "\1"/g, '$1')
    .replaceAll('"', '')
    .replaceAll(/(?:[\w.]+(?: as \w+)?, ){3,}[\w.]+(?: as \w+)?(?= from|,|$)/g, '…')
}

async function statement(code: string): Promise<string> {
  sent.length = 0
  const given = await run(code)
  if (!(given instanceof QuerySet)) {
    await given
    return sent
      .filter((text) => !/^(?:begin|commit|start|set )/i.test(text))
      .map(plain)
      .join('; ')
  }
  const queryset = given as QuerySet<Model>
  await queryset.toArray()
  return plain(queryset.toSQL().sql)
}

const condition = async (code: string) => (await statement(code)).replace(/^.*? where /, '')
const expression = async (code: string) => {
  const whole = await statement(`users.annotate({ x: ${code} }).values('x')`)
  return whole.replace(/^select (.*) as x from .*$/, '$1')
}

async function table(forms: readonly Form[], sqlOf: (code: string) => Promise<string>): Promise<string> {
  const cell = (text: string) => `\`${text.replaceAll('|', '\\|')}\``
  const lines = []
  for (const [django, code, note = ''] of forms) {
    lines.push(
      code === ''
        ? `| ${cell(django)} | ${note} | |`
        : `| ${cell(django)} | ${cell(code)} | ${cell(await sqlOf(code).catch((error: unknown) => `ERROR ${String(error)}`))} |`,
    )
  }
  return ['| Django | here | SQL |', '| --- | --- | --- |', ...lines].join('\n')
}

describe('docs/django.md', () => {
  it('has a form for what Django has, each of which runs and sends the SQL that is shown', async () => {
    const text = `# Coming from Django

Querysets are Django's: lazy, immutable, named alike in camel case. What Django 6.0 has, its form here, and the SQL that it
sends, shortened: names are quoted and tables are qualified in fact. Each line runs in a test.

## Methods

${await table(METHODS, statement)}

## Lookups

Of \`filter\`, with what comes after WHERE.

${await table(LOOKUPS, condition)}

## Expressions

\`users.annotate({ x: … })\`, and wherever else a value stands.

${await table(EXPRESSIONS, expression)}

## Aggregates

${await table(AGGREGATES, expression)}

## Functions

${await table(FUNCTIONS, expression)}
`
    expect(text).not.toContain('ERROR')
    const options = await resolveConfig(page)
    await expect(await format(text, { ...options, filepath: page })).toMatchFileSnapshot(page)
  })

  it('has forms that a strict compiler takes', () => {
    const forms = [...METHODS, ...LOOKUPS].map(([, code]) => code)
    const values = [...EXPRESSIONS, ...AGGREGATES, ...FUNCTIONS].map(([, code]) => code)
    const lines = [
      ...forms.filter((code) => code !== ''),
      ...values.filter((code) => code !== '').map((code) => `users.annotate({ x: ${code} })`),
    ]
    const path = fileURLToPath(new URL('forms.ts', import.meta.url))
    const names = Object.keys(sluice).filter((name) => lines.some((line) => line.includes(`${name}(`)))
    const text = `import { sql, type Transaction } from 'kysely'
import { ${names.join(', ')}, type Database } from 'sluice'
import type { DB, Repositories } from '../../../generated/index.js'

export function forms(repos: Repositories, db: Database<DB>, trx: Transaction<DB>) {
  const { categories, companies, coupons, orders, posts, products, reviews, users } = repos
  return [
    ${lines.join(',\n    ')},
    sql, db, trx, orders, categories, coupons, products, reviews, companies, posts,
  ]
}
`
    expect(new Editor(path).messages(text)).toEqual([])
  })
})
