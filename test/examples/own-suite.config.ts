import { defineConfig } from 'vitest/config'
import { resolve } from '../../vitest.config.js'

/** As a service has it, but for where sluice is. */
export default defineConfig({ resolve, test: { include: ['examples/testing/**/*.test.ts'] } })
