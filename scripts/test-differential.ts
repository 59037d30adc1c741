/** `npm run test:differential -- 5000 17`: so many random querysets against SQL by hand, from the seed 17 on. */
import { spawnSync } from 'node:child_process'

const [seeds = '2000', first = '1'] = process.argv.slice(2)
const { status } = spawnSync('npx', ['vitest', 'run', 'test/differential'], {
  stdio: 'inherit',
  env: { ...process.env, SEEDS: seeds, SEED: first },
})
process.exitCode = status ?? 1
