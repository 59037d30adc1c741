import type { KyselyHandle, QuerySet } from 'sluice'
import type { NewUser, Repositories, UserUpdate } from '../../../generated/index.js'

/** What `validators` of the generator would make of the shop, as far as pages use it. */
export declare const newUserSchema: { parse(value: unknown): NewUser }
export declare const userUpdateSchema: { parse(value: unknown): UserUpdate }

type Products = Repositories['products']
interface Functions {
  searchProducts(values: { q: string }): ReturnType<Products['all']>
  salesByMonth(values: { year: number }): QuerySet<{
    readonly name: 'sales_by_month'
    readonly row: { month: string; total: string }
    readonly key: never
    readonly filter: object
    readonly insert: never
    readonly update: never
    readonly columns: object
  }>
  withSchema(name: string): Functions
}

/** What `functions` of its configuration would make of these two. */
export declare function functions(db: KyselyHandle): Functions
