import { DatabaseError, type Client } from 'pg'
import type { Random } from '../../queryset/random.js'
import { wickedText, WickedNames } from '../fuzz-names.js'

export interface Column {
  readonly name: string
  readonly type: string
}

/** A table or view that statements may name. */
export interface Relation {
  /** Qualified and quoted. */
  readonly name: string
  readonly kind: 'table' | 'partitioned' | 'view' | 'materialized view' | 'foreign table'
  readonly columns: readonly Column[]
  /** Unique and not null. */
  readonly key: readonly Column[]
}

/** How a database differs from others in kind. */
export interface WorldOptions {
  /** All that it has is in one schema, so that `pg_dump -n` has all of it. */
  readonly isOneSchema: boolean
  /** What roles begin with, which the whole server has. */
  readonly rolePrefix: string
}

/** What each action of a generator works on: a database, and what is known to be in it. */
export class World {
  readonly relations: Relation[] = []
  /**
   * Tables that others inherit from. A column that is added to one comes last in its heirs, and where pg_dump's script has
   * run behind the other inherited ones: the order of columns is not kept, by psql neither.
   */
  readonly fixed = new Set<string>()
  readonly types: string[] = []
  readonly enums: { readonly name: string; readonly labels: readonly string[] }[] = []
  readonly composites: string[] = []
  /** With their arguments. */
  readonly functions: string[] = []
  readonly sequences: string[] = []
  readonly roles: string[] = []
  readonly schemas: string[] = []
  /** What the server took, of what it was given. */
  readonly taken: string[] = []
  readonly refused: string[] = []
  readonly #names = new Map<string, WickedNames>()

  constructor(
    readonly random: Random,
    readonly client: Client,
    readonly options: WorldOptions,
  ) {}

  /** Not everything that comes out of chance can be: what the server refuses is left, and `false`. */
  async run(statement: string): Promise<boolean> {
    try {
      await this.client.query(statement)
      this.taken.push(statement)
      return true
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      this.refused.push(`${error.message}\n${statement}`)
      return false
    }
  }

  addSchema(name: string): void {
    this.schemas.push(quoted(name))
    this.#names.set(quoted(name), new WickedNames(this.random))
  }

  /** A new name in one of the schemas, qualified. */
  newName(schema = this.random.pick(this.schemas)): string {
    return `${schema}.${quoted(this.#names.get(schema)?.next() ?? '')}`
  }

  /** One without a schema. */
  localName(): string {
    return quoted(new WickedNames(this.random).next())
  }

  chance(oneIn: number): boolean {
    return this.random.below(oneIn) === 0
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : this.random.pick(items)
  }

  times<T>(most: number, make: () => T, least = 0): T[] {
    return Array.from({ length: least + this.random.below(most + 1 - least) }, make)
  }

  /** Some of them, in their order. */
  some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.chance(2))
  }

  type(): string {
    const type = this.random.pick(this.types)
    return this.chance(6) ? `${type}[]` : type
  }

  text(): string {
    return literal(wickedText(this.random))
  }

  /** One that may still have more columns. */
  growing(relations: readonly Relation[]): Relation | undefined {
    return this.pick(relations.filter(({ name }) => !this.fixed.has(name)))
  }

  /** A table, or another kind of relation. */
  relation(...kinds: readonly Relation['kind'][]): Relation | undefined {
    return this.pick(this.relations.filter(({ kind }) => kinds.includes(kind)))
  }

  async comment(what: string, oneIn = 3): Promise<void> {
    if (this.chance(oneIn)) await this.run(`COMMENT ON ${what} IS ${literal(this.#comment())}`)
  }

  #comment(): string {
    const text = wickedText(this.random)
    if (!this.chance(4)) return text
    const tag = this.random.pick([
      '@deprecated',
      '@deprecated use another',
      '@hidden',
      '@see',
      '@internal',
      '@type {',
    ])
    return this.random.pick([tag, `${tag}\n${text}`, `${text}\n${tag}`, `${tag} ${text}`])
  }
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(text: string): string {
  const escaped = text.replaceAll("'", "''").replaceAll('\\', '\\\\')
  return `E'${escaped}'`
}

export function list(items: readonly string[]): string {
  return items.join(', ')
}

export function columnNames(columns: readonly Column[]): string {
  return list(columns.map(({ name }) => name))
}
