import { definePlugin, type Plugin } from 'sluice/config'

/**
 * A `model` hook: names tables without a prefix that all have in SQL (`tbl_users` is `users`, with rows `User`), and leaves
 * out columns that are no business of the application.
 *
 * ```ts
 * // sluice.config.ts
 * export default defineConfig({ plugins: [withoutPrefix({ prefix: 'tbl_', hidden: ['search_vector'] })] })
 * ```
 *
 * @param options.hidden columns, by their names in SQL. Default: none.
 */
export function withoutPrefix({
  prefix,
  hidden = [],
}: {
  prefix: string
  hidden?: readonly string[]
}): Plugin {
  return definePlugin({
    name: 'without-prefix',
    model: (model) => ({
      ...model,
      tables: model.tables.map((table) => ({
        ...table,
        names: {
          ...table.names,
          // Those that the generator made of the prefix, as it has made them.
          repository: table.name.startsWith(prefix)
            ? without(table.names.repository, prefix)
            : table.names.repository,
          row: table.name.startsWith(prefix) ? capital(without(table.names.row, prefix)) : table.names.row,
        },
        columns: table.columns.filter(({ name }) => !hidden.includes(name)),
      })),
    }),
  })
}

/** `tblUsers` is `users`. */
function without(name: string, prefix: string): string {
  const start = prefix.replaceAll('_', '')
  const rest = name.toLowerCase().startsWith(start) ? name.slice(start.length) : name
  return rest.charAt(0).toLowerCase() + rest.slice(1)
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
