/** A packed package, as `npm pack --json` tells of it. */
export interface Packed {
  /** Of the tarball, in bytes. */
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

/** The tarball's, in bytes: 1.66 MB in November 2026. */
const MOST = 2_000_000

const PARTS = [/^dist\//, /^README\.md$/, /^LICENSE$/, /^package\.json$/]
const NEEDED = [
  'dist/index.js',
  'dist/index.cjs',
  'dist/sluice-worker.mjs',
  'dist/codegen/cli.js',
  'README.md',
  'LICENSE',
]

/** What is wrong with what would be published, one sentence each. */
export function faultsOf({ size, files }: Packed): string[] {
  const paths = files.map(({ path }) => path)
  const stray = paths.filter((path) => !PARTS.some((part) => part.test(path)))
  const missing = NEEDED.filter((path) => !paths.includes(path))
  return [
    ...stray.map((path) => `${path} does not belong into the package.`),
    ...missing.map((path) => `${path} is missing.`),
    ...(size > MOST ? [`The tarball has ${size} bytes, more than ${MOST}.`] : []),
  ]
}
