import { definePlugin, type ModelColumn, type ModelTable } from 'sluice/config'

/**
 * A `files` hook: adds `seeds.ts`, with a function for each table that makes up rows by the type of each column, for tests
 * and demonstrations. What it cannot make up, keys of other tables above all, is given to it.
 *
 * ```ts
 * await users.bulkCreate(Array.from({ length: 100 }, (_, n) => seedUser(n)))
 * await posts.bulkCreate(Array.from({ length: 900 }, (_, n) => seedPost(n, { authorId: (n % 100) + 1 })))
 * ```
 */
export const seeds = definePlugin({
  name: 'seeds',
  files: (files, { tables }, { importExtension }) => {
    const writable = tables.filter((table) => table.writable)
    const types = writable.map(({ names }) => names.insert).join(', ')
    const text = [`import type { ${types} } from './index${importExtension}'`, ...writable.map(seedOf)].join(
      '\n\n',
    )
    return [...files, { name: 'seeds.ts', text }]
  },
})

function seedOf({ schema, name, names, columns, foreignKeys }: ModelTable): string {
  const keys = new Set(foreignKeys.flatMap((key) => key.columns))
  const needed = columns.filter(({ optional }) => !optional)
  const made = needed.flatMap((column): [string, string][] => {
    const value = keys.has(column.property) || column.refined ? undefined : madeUp(column)
    return value === undefined ? [] : [[column.property, value]]
  })
  const isMade = new Set(made.map(([property]) => property))
  const given = needed
    .filter(({ property }) => !isMade.has(property))
    .map(({ property }) => JSON.stringify(property))
  const others =
    given.length === 0
      ? `Partial<${names.insert}> = {}`
      : `Partial<${names.insert}> & Pick<${names.insert}, ${given.join(' | ')}>`
  return [
    `/** A made-up row of ${schema}.${name}; what is \`given\` comes before what is made up. */`,
    `export function seed${names.row}(n: number, given: ${others}): ${names.insert} {`,
    `  return { ${[...made.map(([property, value]) => `${JSON.stringify(property)}: ${value}`), '...given'].join(', ')} }`,
    '}',
  ].join('\n')
}

/** An expression of `n`, for types of which a value can be made up; numbers stay small, and texts are told apart. */
function madeUp({ type, name, sqlType }: ModelColumn): string | undefined {
  if (typeof type === 'object') {
    return type.kind === 'enum'
      ? `${JSON.stringify(type.labels)}[n % ${type.labels.length}] as never`
      : undefined
  }
  switch (type) {
    case 'bool':
      return 'n % 2 === 0'
    case 'int2':
    case 'int4':
    case 'float4':
    case 'float8':
      return 'n % 1000'
    case 'int8':
      return 'BigInt(n)'
    case 'numeric':
      return '`${n % 100}.50`'
    case 'date':
    case 'timestamp':
      return 'new Date(n * 86_400_000).toISOString().slice(0, 10)'
    case 'timestamptz':
      return 'new Date(n * 86_400_000)'
    case 'json':
    case 'jsonb':
      return '{}'
    case 'text':
    case 'varchar':
      return sqlType.includes('(') ? '`${n}`' : `\`${name} \${n}\``
    default:
      return undefined
  }
}
