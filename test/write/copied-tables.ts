import { Repository, type KyselyHandle, type Model, type TableSchema } from 'sluice'

export type Row = Record<string, unknown>

interface AnyModel extends Model {
  readonly row: Row
  readonly key: string
  readonly filter: Row
  readonly insert: Row
  readonly update: Row
}

/** A repository of a table that no generator has seen. */
export class Rows extends Repository<AnyModel> {
  static of(kysely: KyselyHandle, schema: TableSchema): Rows {
    return new Rows(kysely, schema)
  }
}

/** More rows than the first batch, which is inserted, and as many again. */
export const MANY = 2_500

export const numbered = (count: number, more: (id: number) => Row = () => ({})): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, ...more(index + 1) }))
