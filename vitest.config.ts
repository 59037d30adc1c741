import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** Folders whose tests end, block, fill or count what belongs to their process. */
const alone = ['sync', 'faults', 'stress', 'fuzz', 'tls']
const aloneFiles = alone.map((folder) => `test/${folder}/**/*.test.ts`)

/** Where this repository's own packages are. */
export const resolve = {
  alias: {
    'sluice/config': new URL('./codegen/config/define-config.ts', import.meta.url).pathname,
    'sluice/opentelemetry': new URL('./src/opentelemetry/index.ts', import.meta.url).pathname,
    sluice: new URL('./src/index.ts', import.meta.url).pathname,
  },
}

/** Workers start from one build, and not each from source. */
const builtWorker = {
  alias: [
    ...Object.entries(resolve.alias).map(([find, replacement]) => ({ find, replacement })),
    { find: /^\.\/launch\.js$/, replacement: new URL('./test/support/launch.ts', import.meta.url).pathname },
  ],
}

const timeouts = {
  // Some run the command line many times, each a process of its own, on machines that are busy.
  testTimeout: 90_000,
  hookTimeout: 90_000,
}

export default defineConfig(({ mode }) => ({
  resolve,
  test: {
    // Of the whole run, not of each project.
    globalSetup: ['test/support/global-setup.ts'],
    // Worker threads would share a process that some tests block, kill or fill.
    pool: 'forks',
    // Many tests wait for the server or for a process of their own, so that two cores serve three files well.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      {
        mode,
        resolve: builtWorker,
        test: { ...timeouts, name: 'alone', pool: 'forks', include: aloneFiles },
      },
      {
        mode,
        resolve: builtWorker,
        test: {
          ...timeouts,
          pool: 'forks',
          name: 'together',
          include: ['test/**/*.test.ts', ...(mode === 'long' ? ['test/**/*.long.ts'] : [])],
          // The package is built and installed by `npm run test:package`, the site of docs/ by `npm run test:site`.
          exclude: [...configDefaults.exclude, ...aloneFiles, 'test/package/**', 'test/site/**'],
          // Files that follow each other in a process import the library, and the compiler, once.
          isolate: false,
        },
      },
    ],
  },
}))
