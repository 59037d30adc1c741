import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    alias: {
      'sluice/config': new URL('./codegen/config/define-config.ts', import.meta.url).pathname,
      sluice: new URL('./src/index.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Worker threads would share a process that some tests block, kill or fill.
    pool: 'forks',
    // Many tests wait for the server or for a process of their own, so that two cores serve three files well.
    maxWorkers: Math.max(3, availableParallelism()),
    // Some run the command line many times, each a process of its own, on machines that are busy.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
})
