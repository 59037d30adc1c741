import type { CompositeTypeSchema, EnumTypeSchema } from '../../../src/schema/type.js'
import { array, range } from './wire-case.js'

export const mood: EnumTypeSchema = {
  kind: 'enum',
  schema: 'public',
  name: 'mood',
  labels: ['sad', 'it\'s "ok"', 'with, comma', 'null', 'été', 'back\\slash'],
}

export const item: CompositeTypeSchema = {
  kind: 'composite',
  schema: 'public',
  name: 'item',
  fields: [
    { property: 'id', name: 'id', type: 'int4' },
    { property: 'label', name: 'label', type: 'text' },
    { property: 'madeAt', name: 'made_at', type: 'timestamptz' },
    { property: 'data', name: 'data', type: 'bytea' },
    { property: '__proto__', name: '__proto__', type: array('numeric') },
  ],
}

export const priced: CompositeTypeSchema = {
  kind: 'composite',
  schema: 'public',
  name: 'priced',
  fields: [
    { property: 'amount', name: 'amount', type: 'money' },
    { property: 'item', name: 'item', type: item },
    { property: 'during', name: 'during', type: range('tsrange', 'timestamp') },
  ],
}

/** Makes the types of the cases that PostgreSQL does not have by itself. */
export const typesSql = `
  create extension if not exists citext;
  create extension if not exists hstore;
  create extension if not exists ltree;
  create type mood as enum (${mood.labels.map((label) => `'${label.replaceAll("'", "''")}'`).join(', ')});
  create domain positive as numeric check (value > 0);
  create domain pair as int4[] check (cardinality(value) = 2);
  create type item as (id int4, label text, made_at timestamptz, data bytea, __proto__ numeric[]);
  create type priced as (amount money, item item, during tsrange);
  create type textrange as range (subtype = text);
`
