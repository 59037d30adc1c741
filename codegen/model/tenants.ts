import { didYouMean } from '../config/did-you-mean.js'
import { CodegenError } from '../errors.js'
import type { Catalog } from '../introspect/catalog.js'

/** @throws {@link CodegenError} for a schema of tenants that there is none of, or that has no tables. */
export function checkTenants(tenants: readonly string[], { tables }: Catalog): void {
  const known = [...new Set(tables.map(({ schema }) => schema))]
  for (const [index, tenant] of tenants.entries()) {
    if (known.includes(tenant)) continue
    throw new CodegenError(`tenants[${index}] "${tenant}" has no tables.${didYouMean(tenant, known)}`)
  }
}
