import { defineConfig } from 'vitest/config'
import config from '../../vitest.config.js'

/** Installations take minutes, and need the network: `npm run test:package` runs them, `npm test` does not. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['test/package/*.install.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
