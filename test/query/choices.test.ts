import { describe, expect, it } from 'vitest'
import { choicesOf, closest } from '../../src/choices.js'
import { djangoForm } from '../../src/query/filter/django-form.js'
import { SchemaRegistry } from '../../src/schema/registry.js'
import { schema } from '../../generated/index.js'

const companiesSchema = schema.table('public.companies')
const ordersSchema = schema.table('public.orders')
const usersSchema = schema.table('public.users')

const fields = ['id', 'email', 'name', 'isActive', 'companyId', 'createdAt', 'gt', 'gte']

describe('the name that was meant', () => {
  it.each([
    ['company_id', 'companyId'],
    ['COMPANYID', 'companyId'],
    ['$gt', 'gt'],
    ['emial', 'email'],
    ['emails', 'email'],
    ['nmae', 'name'],
    ['createAt', 'createdAt'],
    ['isActiv', 'isActive'],
  ])('%s is %s', (given, meant) => {
    expect(closest(given, fields)).toBe(meant)
  })

  it.each(['', 'x', 'phone', 'like', 'password', '🙂', 'email'.repeat(100_000)])(
    'is not guessed for %#',
    (given) => {
      expect(closest(given, fields)).toBeUndefined()
    },
  )

  it('comes before the choices', () => {
    expect(choicesOf('nam', ['id', 'name'])).toBe('Did you mean "name"? Choices: id, name')
    expect(choicesOf(Symbol('name'), ['id', 'name'])).toBe('Choices: id, name')
    expect(choicesOf('name', [])).toBe('It has none')
  })
})

describe("Django's double underscores", () => {
  const schemas = new SchemaRegistry([usersSchema, companiesSchema, ordersSchema])

  it.each([
    ['id__gte', '{ id: { gte: … } }'],
    ['created_at__isnull', '{ createdAt: { isNull: … } }'],
    ['company__name', '{ company: { name: … } }'],
    ['company__name__icontains', '{ company: { name: { iContains: … } } }'],
    ['orders__status__in', '{ orders: { some: { status: { in: … } } } }'],
    ['referred_by_user__company__id', '{ referredByUser: { company: { id: … } } }'],
  ])('%s is %s', (key, form) => {
    expect(djangoForm(usersSchema, schemas, key)).toBe(`Django's "${key}" is ${form} here.`)
  })

  it.each(['phone__gte', 'id__year', 'company__', '__', 'id__gte__lte', 'company__'.repeat(100_000)])(
    'are not guessed at: %#',
    (key) => {
      expect(djangoForm(usersSchema, schemas, key)).toBeUndefined()
    },
  )
})
