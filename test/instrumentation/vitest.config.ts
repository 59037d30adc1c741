import { defineConfig, mergeConfig } from 'vitest/config'
import installing from '../package/vitest.config.js'

/** Instrumentation is installed from npm, beside a Node that it is for: `npm run test:instrumentation`. */
export default mergeConfig(
  { ...installing, test: { ...installing.test, include: [] } },
  defineConfig({ test: { include: ['test/instrumentation/*.install.ts'] } }),
)
