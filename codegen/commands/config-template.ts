/** What `sluice init` writes: every setting, each but the first two out of use. */
export const CONFIG_TEMPLATE = `import { defineConfig } from 'sluice/config'

// Paths are relative to this file. Flags of the command line come before what is set here.
export default defineConfig({
  // The SQL files, folders of migrations and globs, in order, that make the schema in a scratch database.
  schema: 'schema.sql',
  // Or a database to read instead.
  // url: process.env.DATABASE_URL,
  // Extensions that the SQL asks for, to leave out with what hangs on them.
  // skipExtensions: ['postgis'],

  // The folder of the generated files. Nothing else may be in it.
  out: 'generated',
  // A Markdown page on the tables, with a diagram.
  // docs: 'docs/schema.md',

  // What to generate, by names or globs. By default everything.
  // schemas: ['public'],
  // include: ['users', 'billing.*'],
  // exclude: ['*_audit'],
  // The functions and procedures to make methods of: true for all, or names and globs. By default none.
  // functions: ['search_*', 'api.*'],

  // 'camelCase', or 'asIs' to keep the names of columns and tables as they are in SQL.
  // naming: 'camelCase',
  // Names in place of those made from the schema. The report of a renaming says which setting changes it.
  // names: {
  //   tables: { 'public.tbl_person': { repository: 'people', row: 'Person' } },
  //   columns: { 'public.users.is_active': 'active' },
  //   types: { 'public.order_status': 'Status' },
  //   singulars: { criteria: 'criterion', clientes: 'cliente' },
  //   functions: { 'public.search(text, integer)': 'searchText' },
  // },
  // Names of relations, by foreign key; and relations that no foreign key makes, by column. "sluice suggest" guesses some.
  // relations: {
  //   'public.posts_author_id_fkey': { name: 'writer', inverse: 'writings' },
  //   'public.orders.user_id': 'public.users',
  // },
  // Keys of views, and of tables that declare none.
  // keys: { 'public.order_view': ['id'] },

  // Values that survive JSON.stringify: int8 as a number, beyond 2^53 an error, and timestamptz as text.
  // preset: 'json',
  // What values are read as, by type. Codecs: 'number' or 'string' for int8, 'number' for numeric, 'string' for
  // timestamptz, json and jsonb, 'Date' for timestamp and date. With a type of your own for what TypeScript makes of the value.
  // types: { int8: 'number', 'public.email': { type: 'Email', import: './src/email.js' } },
  // The same for one column, before what its type says.
  // columns: { 'public.users.preferences': { type: 'Preferences', import: './src/preferences.js' } },
  // A type of its own for the key of each table, and for the columns that refer to it.
  // brandedIds: true,
  // Enums as a 'union' of their labels, or as that and a 'const' object of the same name.
  // enums: 'union',
  // Columns and domains whose CHECK lists values as unions of these.
  // checkUnions: true,
  // Tags in comments of the database, such as @deprecated, @hidden and @type. By default understood.
  // commentTags: true,

  // What free-hand Kysely is: 'pg' for the values of SluiceDialect({ values: 'pg' }), and names as Kysely's CamelCasePlugin has them.
  // kyselyValues: 'sluice',
  // kyselyCamelCase: true,

  // Tables and types of public without their schema, where the search_path says which is meant.
  // followSearchPath: true,
  // Schemas that each tenant has one like: their tables are there by repositories(db).withSchema('tenant_1') alone.
  // tenants: ['tenant_template'],

  // Several databases, each with a schema or url and an "out" of its own, in place of those above.
  // databases: { main: { schema: 'main.sql', out: 'src/main' }, billing: { schema: 'billing.sql', out: 'src/billing' } },

  // How generated files import each other: '.js', '.ts' or ''.
  // importExtension: '.js',
  // All files side by side ('flat'), or a folder for each PostgreSQL schema ('schemas').
  // layout: 'flat',
  // Comments at the head of every generated file.
  // header: '/* eslint-disable */',

  // Schemas of new rows and updates for 'zod' or 'valibot', in validators.ts.
  // validators: 'zod',
  // What changes what is generated, or adds to it: docs/plugins.md.
  // plugins: [{ name: 'notes', files: (files) => [...files, { name: 'notes.md', text: '# Ours' }] }],
})
`
