import { defineConfig } from 'sluice/config'

export default defineConfig({
  out: 'configured',
  brandedIds: true,
  enums: 'const',
  types: { int8: 'number' },
})
