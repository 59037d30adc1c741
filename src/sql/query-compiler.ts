import { PostgresQueryCompiler } from 'kysely'

/**
 * Kysely's compiler with literals that mean the same whether `standard_conforming_strings` is on or off: where it is
 * off, a backslash in a JSON path's key would escape the quote that ends it.
 */
export class SluiceQueryCompiler extends PostgresQueryCompiler {
  protected override appendImmediateValue(value: unknown): void {
    if (typeof value === 'string' && value.includes('\\'))
      this.append(` E'${value.replace(/['\\]/g, '$&$&')}'`)
    else super.appendImmediateValue(value)
  }
}
