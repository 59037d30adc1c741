import { defineConfig } from 'vitest/config'

/** The site of docs/ takes most of a minute to build: `npm run test:site` does it, `npm test` does not. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/site/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
})
