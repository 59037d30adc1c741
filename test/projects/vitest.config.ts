import { defineConfig, mergeConfig } from 'vitest/config'
import installing from '../package/vitest.config.js'

/** Bundlers, test runners and runtimes are installed from npm: `npm run test:projects`, `PROJECTS=some` for some of them. */
export default mergeConfig(
  { ...installing, test: { ...installing.test, include: [] } },
  defineConfig({ test: { include: ['test/projects/*.install.ts'] } }),
)
