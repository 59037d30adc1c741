import { defineConfig } from 'vitest/config'
import { resolve } from '../../vitest.config.js'

/** Installations take minutes, and need the network: `npm run test:package` runs them, `npm test` does not. */
export default defineConfig({
  resolve,
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    include: ['test/package/*.install.ts', 'test/package/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
