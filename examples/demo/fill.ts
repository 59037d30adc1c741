import { sql, type Kysely } from 'kysely'
import type { DB } from '../../generated/index.js'
import { progress } from './progress.js'

const firstNames =
  'Ada Alan Amara Björn Chloé Dmitri Elif Fatima George Hanna Ines Jun Kofi Léa Maria Noor Oskar Priya Quinn Rosa Sam Tomás Uma Yusuf Zoë'
const lastNames =
  'Adeyemi Baker Costa Dubois Evans Fischer García Haddad Ivanova Jensen Kowalski Lindqvist Müller Nakamura Okafor Patel Rossi Silva Tanaka Weber'
const domains = 'example.com example.org example.net mail.example post.example'
const tags = 'early-bird,reseller,press,staff,gift-buyer,wholesale,newsletter,beta'
const cities = 'Aalborg Bath Cork Delft Essen Faro Genoa Hull Izmir Jena'

/** How many users one INSERT makes. */
const slice = 10_000

const companies = 500

/** Fills the tables `companies` and `users`, with SQL as Kysely takes it. The rows are the same every time. */
export async function fill(db: Kysely<DB>, total: number): Promise<void> {
  await fillCompanies(db)
  using bar = progress(total)
  for (let first = 1; first <= total; first += slice) {
    const last = Math.min(first + slice - 1, total)
    await fillUsers(db, first, last, total)
    bar.advance(last - first + 1)
  }
  await sql`vacuum analyze users`.execute(db)
}

async function fillCompanies(db: Kysely<DB>): Promise<void> {
  await sql`
    insert into companies (name, country_code, website, opens_at, closes_at)
    select
      ${pick(cities, 'n')} || ' ' || ${pick('Foods Tools Books Textiles Optics', 'n / 10')} || ' ' || n,
      ${pick('GB IE DE DK FR IT NL PT TR', 'n')},
      case when n % 3 > 0 then 'https://company-' || n || '.example' end,
      case when n % 2 = 0 then time '08:30' end,
      case when n % 2 = 0 then time '17:00' end
    from generate_series(1, ${companies}::int) as n
  `.execute(db)
}

async function fillUsers(db: Kysely<DB>, first: number, last: number, total: number): Promise<void> {
  await sql`
    insert into users
      (email, name, is_active, birth_date, tags, preferences, company_id, referred_by, created_at)
    select
      translate(lower(given || '.' || family), 'öéáíüë', 'oeaiue') || n || '@' || ${pick(domains, 'hash')},
      given || ' ' || family,
      hash % 11 > 0,
      case when hash % 5 > 0 then date '1945-01-01' + (hash % 22000)::int end,
      (string_to_array(${tags}, ','))[hash % 8 + 1 : hash % 8 + hash % 4],
      jsonb_build_object(
        'theme', case when hash % 3 = 0 then 'dark' else 'light' end,
        'language', ${pick('en de fr pt tr', 'hash')},
        'newsletter', hash % 2 = 0
      ),
      case when hash % 4 > 0 then hash % ${companies}::int + 1 end,
      case when n > 1 and hash % 6 = 0 then hash % (n - 1) + 1 end,
      now() - interval '5 years' * (1 - n::float8 / ${total}::int)
    from generate_series(${first}::int, ${last}::int) as n
    cross join lateral (select hashint4(n) & 2147483647 as hash)
    cross join lateral (
      select ${pick(firstNames, 'hash')} as given, ${pick(lastNames, 'hash / 32')} as family
    )
  `.execute(db)
}

/** One of some words, by a number. */
function pick(words: string, number: 'n' | 'n / 10' | 'hash' | 'hash / 32') {
  const length = words.split(' ').length
  return sql<string>`(string_to_array(${words}, ' '))[(${sql.raw(number)}) % ${sql.lit(length)} + 1]`
}
