import type { Random } from '../queryset/random.js'
import { wickedText, WickedNames } from './fuzz-names.js'

/** Types that a key can have: their samples differ from row to row. */
const KEY_TYPES = [
  'int4',
  'int8',
  'numeric',
  'text',
  'uuid',
  'bytea',
  'date',
  'citext',
  'timestamptz',
] as const

const BASE_TYPES = [
  ...KEY_TYPES,
  ...[
    'bool',
    'int2',
    'oid',
    'float4',
    'float8',
    'varchar',
    'char(1)',
    '"char"',
    'name',
    'json',
    'jsonb',
    'xml',
  ],
  ...[
    'time',
    'timetz',
    'timestamp',
    'interval',
    'inet',
    'cidr',
    'macaddr',
    'macaddr8',
    'money',
    'bit',
    'varbit',
  ],
  ...[
    'tsvector',
    'tsquery',
    'hstore',
    'ltree',
    'point',
    'box',
    'circle',
    'line',
    'lseg',
    'path',
    'polygon',
    'pg_lsn',
  ],
  ...[
    'int4range',
    'int8range',
    'numrange',
    'daterange',
    'tsrange',
    'tstzrange',
    'int4multirange',
    'nummultirange',
  ],
] as const

const SUBTYPES = ['int4', 'numeric', 'text', 'date', 'float8', 'uuid'] as const

interface Key {
  readonly table: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** The SQL of a schema that depends on nothing but the random source. */
export function randomSchema(random: Random): string {
  return new Maker(random).make()
}

class Maker {
  readonly #random: Random
  readonly #sql: string[] = []
  readonly #names = new Map<string, WickedNames>()
  readonly #types: string[] = [...BASE_TYPES]
  readonly #keys: Key[] = []

  constructor(random: Random) {
    this.#random = random
  }

  make(): string {
    for (const extension of ['citext', 'hstore', 'ltree']) this.#sql.push(`create extension ${extension}`)
    const schemas = new WickedNames(this.#random, ['public', 'pg_catalog', 'information_schema'])
    for (const schema of ['public', ...this.#times(2, () => schemas.next())]) {
      // Names that begin with pg_ are the server's own; none of the alphabet do.
      if (schema !== 'public') this.#sql.push(`create schema ${quoted(schema)}`)
      this.#names.set(schema, new WickedNames(this.#random))
    }
    this.#times(3, () => this.#enum())
    this.#times(4, () => this.#domain())
    this.#times(2, () => this.#range())
    this.#times(3, () => this.#composite())
    this.#times(5, () => this.#table(), 2)
    return `${this.#sql.join(';\n')};\n`
  }

  #times<T>(most: number, make: () => T, least = 0): T[] {
    return Array.from({ length: least + this.#random.below(most + 1 - least) }, make)
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0
  }

  /** A new name in a schema, qualified. */
  #name(): string {
    const schema = this.#random.pick([...this.#names.keys()])
    return `${quoted(schema)}.${quoted(this.#names.get(schema)?.next() ?? '')}`
  }

  #comment(what: string): void {
    if (this.#chance(3)) this.#sql.push(`comment on ${what} is ${literal(wickedText(this.#random))}`)
  }

  #enum(): void {
    const name = this.#name()
    const labels = new WickedNames(this.#random)
    const list = this.#times(5, () => literal(labels.next()), 1)
    this.#sql.push(`create type ${name} as enum (${list.join(', ')})`)
    this.#comment(`type ${name}`)
    this.#types.push(name, name)
  }

  #domain(): void {
    const name = this.#name()
    this.#sql.push(`create domain ${name} as ${this.#type()}`)
    this.#comment(`domain ${name}`)
    this.#types.push(name, name)
  }

  #range(): void {
    const name = this.#name()
    const subtype = this.#random.pick(SUBTYPES)
    this.#sql.push(
      `create type ${name} as range (subtype = ${subtype}, multirange_type_name = ${this.#name()})`,
    )
    this.#types.push(name)
  }

  #composite(): void {
    const name = this.#name()
    const names = new WickedNames(this.#random)
    const attributes = this.#times(4, () => `${quoted(names.next())} ${this.#type()}`, 1)
    this.#sql.push(`create type ${name} as (${attributes.join(', ')})`)
    this.#comment(`type ${name}`)
    this.#types.push(name, name)
  }

  #type(): string {
    const type = this.#random.pick(this.#types)
    return this.#chance(5) ? `${type}[]` : type
  }

  #table(): void {
    const table = this.#name()
    const names = new WickedNames(this.#random, ['tableoid', 'cmax', 'xmax', 'cmin', 'xmin', 'ctid'])
    const parts: string[] = []
    const add = (type: string, rest = ''): string => {
      const name = names.next()
      parts.push(`${quoted(name)} ${type}${rest}`)
      return name
    }
    const key = this.#times(2, () => {
      const type = this.#random.pick(KEY_TYPES)
      return { name: add(type), type }
    })
    const isParted = key.length > 0 && this.#chance(6)
    if (key.length > 0) parts.push(`primary key (${key.map(({ name }) => quoted(name)).join(', ')})`)
    const own = key.length > 0 && this.#chance(2) ? [{ table, columns: key }] : []
    const referred = [...this.#keys, ...own]
    const links = referred.length === 0 ? [] : this.#times(3, () => this.#random.pick(referred))
    for (const { table: target, columns } of links) {
      const rest = target !== table && this.#chance(3) ? ' not null' : ''
      const from = columns.map(({ type }) => quoted(add(type, rest)))
      const to = columns.map(({ name }) => quoted(name))
      parts.push(`foreign key (${from.join(', ')}) references ${target} (${to.join(', ')})`)
    }
    const plain = this.#times(6, () => add(this.#type(), this.#chance(4) ? ' not null' : ''))
    if (this.#chance(4)) add('int4', ` generated ${this.#random.pick(['always', 'by default'])} as identity`)
    if (this.#chance(5)) add('text', ` default ${literal(wickedText(this.#random))}`)
    if (this.#chance(5) && key[0]?.type === 'int4') {
      add('int4', ` generated always as (${quoted(key[0].name)} * 2) stored`)
    }
    const [first] = key
    const partition = isParted && first !== undefined ? ` partition by list (${quoted(first.name)})` : ''
    this.#sql.push(`create table ${table} (${parts.join(', ')})${partition}`)
    if (partition !== '') this.#sql.push(`create table ${this.#name()} partition of ${table} default`)
    this.#comment(`table ${table}`)
    for (const name of plain) this.#comment(`column ${table}.${quoted(name)}`)
    if (key.length > 0) this.#keys.push({ table, columns: key })
    if (this.#chance(4)) this.#sql.push(`create view ${this.#name()} as select * from ${table}`)
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  const escaped = text.replaceAll("'", "''").replaceAll('\\', '\\\\')
  return `E'${escaped}'`
}
