import { installNode } from '../../scripts/install-node.js'
import { join } from 'node:path'
import type { Project } from '../package/project.js'

/** A project of a kind that people have: what it installs, how it builds and how it runs. */
export interface Recipe {
  /** As the support matrix of the README has it. */
  readonly name: string
  /** Installed from npm, beside the package, pg and Kysely. */
  readonly packages?: readonly string[]
  readonly type?: 'module' | 'commonjs'
  /** Files of the project, by their names. */
  readonly files?: Readonly<Record<string, string>>
  /** Commands that build it. */
  readonly builds?: readonly (readonly string[])[]
  /** What is built, moved to where there is no node_modules before it runs. */
  readonly bundle?: string
  /** Prints what the exercise says. */
  readonly run: readonly string[]
  /** Installs in place of npm. */
  readonly install?: (project: Project, tarball: string) => Promise<void>
  /** The Node that runs it. Default: the tests' own. */
  readonly node?: string
}

const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
const native = '--external:pg-native'
const esbuild = (...args: string[]) => [
  ...['npx', 'esbuild', 'main.mjs', 'sluice-worker=sluice/worker', '--bundle', '--platform=node', native],
  ...['--outdir=out', '--log-level=warning', ...args],
]

const webpack: Recipe = {
  name: 'webpack',
  packages: ['webpack', 'webpack-cli'],
  files: {
    'webpack.config.cjs': `module.exports = {
      mode: 'production', target: 'node20', entry: './main.mjs', output: { path: __dirname + '/out' },
      externals: { 'pg-native': 'commonjs pg-native' },
    }`,
  },
  builds: [['npx', 'webpack']],
  bundle: 'out',
  run: ['node', 'main.js'],
}

const bundlers: readonly Recipe[] = [
  webpack,
  {
    name: 'esbuild, ESM',
    packages: ['esbuild'],
    builds: [esbuild('--format=esm', '--out-extension:.js=.mjs', `--banner:js=${banner}`)],
    bundle: 'out',
    run: ['node', 'main.mjs'],
  },
  {
    name: 'esbuild, CommonJS',
    packages: ['esbuild'],
    builds: [esbuild('--format=cjs', '--minify')],
    bundle: 'out',
    run: ['node', 'main.js'],
  },
  {
    name: 'Rollup',
    packages: [
      ...['rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs', '@rollup/plugin-json'],
    ],
    files: {
      'rollup.config.mjs': `
        import resolve from '@rollup/plugin-node-resolve'
        import commonjs from '@rollup/plugin-commonjs'
        import json from '@rollup/plugin-json'
        export default {
          input: { main: 'main.mjs', 'sluice-worker': 'sluice/worker' },
          output: { dir: 'out', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
          external: ['pg-native'],
          plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs({ ignoreDynamicRequires: true }), json()],
        }`,
    },
    builds: [['npx', 'rollup', '-c', '--silent']],
    bundle: 'out',
    run: ['node', 'main.mjs'],
  },
  {
    name: 'Vite SSR',
    packages: ['vite'],
    files: {
      'vite.config.mjs': `export default {
        ssr: { noExternal: true },
        build: { ssr: true, outDir: 'out', rollupOptions: {
          input: { main: 'main.mjs', 'sluice-worker': 'sluice/worker' },
          output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
          external: ['pg-native'],
        } },
      }`,
    },
    builds: [['npx', 'vite', 'build']],
    bundle: 'out',
    run: ['node', 'main.mjs'],
  },
  {
    name: 'tsup',
    packages: ['tsup', 'typescript@5'],
    files: {
      'tsup.config.mjs': `export default {
        entry: { main: 'main.mjs', 'sluice-worker': 'node_modules/sluice/dist/sluice-worker.mjs' },
        format: ['cjs', 'esm'], outDir: 'out', noExternal: ['sluice'],
      }`,
    },
    builds: [['npx', 'tsup', '--config', 'tsup.config.mjs']],
    run: ['node', 'both.cjs', './out/main.cjs', './out/main.js'],
  },
]

const next = (bundler: string, settings = ''): Recipe => ({
  name: `Next.js, ${bundler}, standalone`,
  packages: ['next', 'react', 'react-dom'],
  files: {
    'next.config.mjs': `export default {
      output: 'standalone', outputFileTracingRoot: import.meta.dirname, ${settings}
    }`,
    'app/layout.js': 'export default ({ children }) => <html><body>{children}</body></html>',
    'app/page.js': 'export default () => <p>Things</p>',
    'app/api/route.js': `
      import { exercise } from '../../exercise.mjs'
      export const dynamic = 'force-dynamic'
      export const GET = async () => new Response(await exercise().catch((error) => error.stack))`,
    'ask.mjs': `
      import { spawn } from 'node:child_process'
      const server = spawn(process.execPath, ['server.js'], { env: { ...process.env, PORT: '0', HOSTNAME: '127.0.0.1' } })
      let said = ''
      const port = await new Promise((resolve, reject) => {
        const hear = (data) => { said += data; const found = /http:\\/\\/[^:]+:(\\d+)/.exec(said); if (found) resolve(found[1]) }
        server.stdout.on('data', hear); server.stderr.on('data', hear); server.on('exit', () => reject(new Error(said)))
      })
      console.log(await (await fetch('http://127.0.0.1:' + port + '/api')).text())
      server.removeAllListeners('exit').kill()`,
  },
  builds: [
    ['npx', 'next', 'build', `--${bundler}`],
    ['node', '-e', "require('fs').copyFileSync('ask.mjs', '.next/standalone/ask.mjs')"],
  ],
  bundle: '.next/standalone',
  run: ['node', 'ask.mjs'],
})

const inTest = (imported: string) => `${imported}
  it('reads', async () => { require('node:fs').writeFileSync('outcome', await exercise()) }, 60000)`
const show = ['node', '-e', "console.log(require('fs').readFileSync('outcome', 'utf8'))"]

const runners: readonly Recipe[] = [
  {
    name: 'Jest, CommonJS',
    packages: ['jest', '@babel/preset-env', 'babel-jest'],
    type: 'commonjs',
    files: {
      // As Jest's own documentation has it for code that is written as modules.
      'babel.config.cjs':
        "module.exports = { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] }",
      'jest.config.cjs':
        "module.exports = { testEnvironment: 'node', transform: { '\\\\.[cm]?js$': 'babel-jest' }, testMatch: ['**/things.test.cjs'], moduleFileExtensions: ['js', 'cjs', 'mjs', 'json'] }",
      'things.test.cjs': inTest("const { exercise } = require('./exercise.mjs')"),
    },
    builds: [['npx', 'jest']],
    run: show,
  },
  {
    name: 'Jest, ESM',
    packages: ['jest'],
    type: 'module',
    files: {
      'jest.config.mjs':
        "export default { transform: {}, testMatch: ['**/things.test.mjs'], moduleFileExtensions: ['js', 'mjs'] }",
      'things.test.mjs': inTest(
        "import { createRequire } from 'node:module'; import { exercise } from './exercise.mjs'; const require = createRequire(import.meta.url)",
      ),
    },
    builds: [['node', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js']],
    run: show,
  },
  ...['threads', 'forks', 'vmThreads', 'vmForks'].map((pool) => ({
    name: `vitest, ${pool}`,
    packages: ['vitest'],
    files: {
      'things.test.mjs': inTest(
        "import { it } from 'vitest'; import { createRequire } from 'node:module'; import { exercise } from './exercise.mjs'; const require = createRequire(import.meta.url)",
      ),
    },
    builds: [['npx', 'vitest', 'run', `--pool=${pool}`]],
    run: show,
  })),
]

const yarn = async (project: Project, tarball: string) => {
  await project.install('@yarnpkg/cli-dist')
  const command = [join(project.path, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')]
  const settings = { YARN_ENABLE_TELEMETRY: '0', YARN_NODE_LINKER: 'pnp', YARN_ENABLE_GLOBAL_CACHE: 'false' }
  await project.write('yarn.lock', '')
  await project.must('node', [...command, 'add', `sluice@file:${tarball}`, 'pg@8', 'kysely@0.28'], settings)
  await project.must('node', ['-e', "require('fs').rmSync('node_modules', { recursive: true, force: true })"])
}

const others: readonly Recipe[] = [
  { name: 'Node 26', run: ['node', 'main.mjs'], node: '26' },
  {
    name: 'Bun',
    packages: ['bun'],
    run: ['npx', 'bun', 'main.mjs'],
  },
  {
    name: 'Deno',
    packages: ['deno'],
    run: ['npx', 'deno', 'run', '--allow-all', '--node-modules-dir=manual', 'main.mjs'],
  },
  {
    name: 'pnpm',
    run: ['node', 'main.mjs'],
    install: async (project, tarball) => {
      await project.install('pnpm')
      const pnpm = join(project.path, 'node_modules/pnpm/bin/pnpm.mjs')
      await project.write('package.json', JSON.stringify({ name: 'app', private: true }))
      await project.must('node', ['-e', "require('fs').renameSync('node_modules', 'tools')"])
      await project.must(
        'node',
        [pnpm.replace('node_modules', 'tools'), 'add', tarball, 'pg@8', 'kysely@0.28'],
        {
          CI: 'true',
        },
      )
    },
    node: '24',
  },
  {
    name: 'Yarn PnP',
    run: ['node', '--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs', 'main.mjs'],
    install: yarn,
  },
  {
    name: '@vercel/nft',
    packages: ['@vercel/nft'],
    files: {
      'trace.mjs': `
        import { nodeFileTrace } from '@vercel/nft'
        import { cp, mkdir } from 'node:fs/promises'
        import { dirname, join } from 'node:path'
        for (const file of (await nodeFileTrace(['main.mjs'])).fileList) {
          await mkdir(dirname(join('out', file)), { recursive: true })
          await cp(file, join('out', file), { dereference: true })
        }`,
    },
    builds: [['node', 'trace.mjs']],
    bundle: 'out',
    run: ['node', 'main.mjs'],
  },
]

/** All that the support matrix of the README has. */
export const recipes: readonly Recipe[] = [
  ...bundlers,
  // Of the workers that webpack makes, Next looks for those of servers where it serves those of browsers.
  next('webpack', "serverExternalPackages: ['sluice']"),
  next('turbopack'),
  ...runners,
  ...others,
]

/** Those that fit into a run of CI: one of each way of finding the worker. */
export const someRecipes: ReadonlySet<string> = new Set([
  ...['webpack', 'esbuild, ESM', 'esbuild, CommonJS', 'Next.js, turbopack, standalone'],
  ...['Jest, CommonJS', 'vitest, vmThreads', '@vercel/nft'],
])

/** The folder of the Node for a recipe, if not the tests' own. */
export function nodeOf({ node }: Recipe): string | undefined {
  return node === undefined ? undefined : installNode(node)
}
