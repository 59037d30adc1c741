import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { sluice: new URL('./src/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Worker threads would share a process that some tests block, kill or fill.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
