import type {
  CompositeTypeSchema,
  DomainTypeSchema,
  EnumTypeSchema,
  RangeTypeSchema,
  TypeSchema,
} from '../../src/schema/type.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { CatalogComposite, CatalogDomain, Described } from './catalog.js'
import type { ColumnRow } from './columns.js'
import type { TypeRow } from './types.js'

/** The schema of the types that PostgreSQL itself has. */
const BUILT_IN = 'pg_catalog'

/** Turns OIDs into type schemas, and remembers the enums and composites on the way. */
export class TypeResolver {
  readonly #types: ReadonlyMap<number, TypeRow>
  readonly #attributes: (relation: number) => readonly ColumnRow[]
  readonly #resolved = new Map<number, TypeSchema>()

  /**
   * @param types - those of the columns, and all that they are made of.
   * @param attributes - the attributes of a composite type, by its relation's OID.
   */
  constructor(types: readonly TypeRow[], attributes: (relation: number) => readonly ColumnRow[]) {
    this.#types = new Map(types.map((type) => [type.oid, type]))
    this.#attributes = attributes
  }

  /** The schema of a type; one object per OID. */
  resolve(oid: number): TypeSchema {
    const known = this.#resolved.get(oid)
    if (known !== undefined) return known
    const schema = this.#build(this.#row(oid))
    this.#resolved.set(oid, schema)
    return schema
  }

  /** Whether the type itself refuses nulls: a domain with NOT NULL, or over such a domain. */
  refusesNull(oid: number): boolean {
    const type = this.#row(oid)
    return type.kind === 'domain' && (type.not_null || this.refusesNull(type.part))
  }

  /** Whether the type itself has a default, which its columns then have too. */
  hasDefault(oid: number): boolean {
    return this.#row(oid).has_default
  }

  /** The enums resolved so far, by schema and name. */
  enums(): Described<EnumTypeSchema>[] {
    const used = this.#used(
      (type): type is EnumTypeSchema => typeof type === 'object' && type.kind === 'enum',
    )
    return used.map(({ type, comment }) => ({ type, comment }))
  }

  /** The composites resolved so far, by schema and name. */
  composites(): CatalogComposite[] {
    const used = this.#used(
      (type): type is CompositeTypeSchema => typeof type === 'object' && type.kind === 'composite',
    )
    return used.map(({ relation, type, comment }) => ({
      ...{ type, comment },
      sqlTypes: this.#attributes(relation).map(({ sql_type }) => sql_type),
    }))
  }

  /** The domains resolved so far, by schema and name; not what stands for the types of extensions. */
  domains(): CatalogDomain[] {
    const used = this.#used(
      (type): type is DomainTypeSchema => typeof type === 'object' && type.kind === 'domain',
    )
    return used.flatMap(({ type, comment, sqlType }) => {
      const { schema, name } = type
      return sqlType === null ? [] : [{ schema, name, type, comment, sqlType }]
    })
  }

  #used<T extends TypeSchema>(
    is: (type: TypeSchema) => type is T,
  ): (Described<T> & { readonly relation: number; readonly sqlType: string | null })[] {
    return [...this.#types.values()].flatMap((row) => {
      const type = this.#resolved.get(row.oid)
      return type !== undefined && is(type)
        ? [{ type, comment: row.comment ?? undefined, relation: row.relation, sqlType: row.base_sql_type }]
        : []
    })
  }

  #row(oid: number): TypeRow {
    const row = this.#types.get(oid)
    if (row === undefined)
      throw new Error(`pg_type has no row for OID ${oid}: was the type dropped meanwhile?`)
    return row
  }

  #build(row: TypeRow): TypeSchema {
    const { kind, schema, name } = row
    switch (kind) {
      case 'base':
        if (schema === BUILT_IN) return name
        // What is read as a built-in type has to be one: another of that name is read as text.
        return {
          kind: 'domain',
          schema,
          name,
          base: row.has_built_in_name ? qualifiedName({ schema, name }) : name,
        }
      case 'array':
        return { kind, element: this.resolve(row.part) }
      case 'enum':
        return { kind, schema, name, labels: row.labels }
      case 'domain':
        return { kind, schema, name, base: this.resolve(row.part) }
      case 'range':
        return { kind, schema, name, subtype: this.resolve(row.part) }
      case 'multirange':
        // The catalog query joins a multirange to its range.
        return { kind, schema, name, range: this.resolve(row.part) as RangeTypeSchema }
      case 'composite': {
        // What attributes are called in TypeScript is for the model to say.
        const fields = this.#attributes(row.relation).map((attribute) => ({
          property: attribute.name,
          name: attribute.name,
          type: this.resolve(attribute.type),
        }))
        return { kind, schema, name, fields }
      }
    }
  }
}
