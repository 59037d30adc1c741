import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { ValidatorLibrary } from '../../codegen/validators/settings.js'

/** Both libraries by one form. */
export interface Schema {
  readonly check: (value: unknown) => { readonly value?: Record<string, unknown>; readonly paths?: string[] }
}

/** The schemas of generated code, by their names. */
export async function importValidators(
  library: ValidatorLibrary,
  text: string,
): Promise<Record<string, Schema>> {
  const folder = fileURLToPath(new URL('./.generated-validators', import.meta.url))
  const file = `${folder}-${library}-${String(counter++)}.mjs`
  await build({
    stdin: { contents: text, loader: 'ts', resolveDir: folder.replace(/\/[^/]*$/, '') },
    outfile: file,
    bundle: true,
    external: ['zod', 'valibot'],
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  })
  try {
    const module = (await import(file)) as Record<string, unknown>
    // Both implement Standard Schema.
    return Object.fromEntries(
      Object.entries(module).map(([name, schema]) => [name, standard(schema as Standard)]),
    )
  } finally {
    await rm(file)
  }
}

let counter = 0

interface Standard {
  readonly '~standard': {
    validate(value: unknown): {
      readonly value?: Record<string, unknown>
      readonly issues?: readonly {
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[]
      }[]
    }
  }
}

function standard(schema: Standard): Schema {
  return {
    check: (given) => {
      const { value, issues } = schema['~standard'].validate(given)
      if (issues === undefined) return { value: value ?? {} }
      return {
        paths: issues.map(({ path = [] }) =>
          path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
        ),
      }
    },
  }
}
