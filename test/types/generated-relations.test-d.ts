/** What generated filters and models say of relations. Checked by the compiler alone; nothing here runs. */
import { expectTypeOf } from 'vitest'
import type { ToMany, ToOne } from 'sluice'
import type {
  CategoriesModel,
  CompaniesModel,
  OrderSummariesModel,
  PostsModel,
  ProductsModel,
  Repositories,
  UserProfilesModel,
  UsersModel,
} from '../../generated/index.js'

export function models() {
  expectTypeOf<PostsModel['relations']['author']>().toEqualTypeOf<ToOne<UsersModel, false>>()
  expectTypeOf<PostsModel['relations']['editor']>().toEqualTypeOf<ToOne<UsersModel, true>>()
  expectTypeOf<UsersModel['relations']['postsByEditor']>().toEqualTypeOf<ToMany<PostsModel>>()
  expectTypeOf<UsersModel['relations']['userProfile']>().toEqualTypeOf<ToOne<UserProfilesModel, true>>()
  expectTypeOf<CategoriesModel['relations']['parent']>().toEqualTypeOf<ToOne<CategoriesModel, true>>()
  expectTypeOf<ProductsModel['relations']['categories']>().toEqualTypeOf<ToMany<CategoriesModel>>()
  expectTypeOf<keyof OrderSummariesModel['relations']>().toEqualTypeOf<never>()
  expectTypeOf<ProductsModel['relations']['supplier']>().toEqualTypeOf<ToOne<CompaniesModel, false>>()
}

export function filters({ posts, users, products, orderSummaries }: Repositories) {
  posts.filter(
    { author: { company: { name: 'x' } } },
    { editor: null },
    { not: { author: { company: null } } },
  )
  users.filter({ postsByAuthor: { some: { title: { contains: 'x' } }, none: { editor: null } } })
  products.filter({ categories: { every: { parent: { slug: 'x' } } } })
  // @ts-expect-error null for a relation that always has a row
  posts.filter({ author: null })
  // @ts-expect-error an unknown column of the related table
  posts.filter({ author: { nmae: 'x' } })
  // @ts-expect-error a relation to many without some, every or none
  users.filter({ postsByAuthor: { title: 'x' } })
  // @ts-expect-error the plain name, where two keys compete
  users.filter({ posts: { some: {} } })
  // @ts-expect-error undefined as operand
  posts.filter({ author: undefined })
  // @ts-expect-error views have no relations
  orderSummaries.filter({ user: { name: 'x' } })
}
