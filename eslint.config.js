import { readFileSync } from 'node:fs'
import js from '@eslint/js'
import { importX } from 'eslint-plugin-import-x'
import regexp from 'eslint-plugin-regexp'
import security from 'eslint-plugin-security'
import tseslint from 'typescript-eslint'

/** A folder may import itself and the folders before it, never a later one: docs/architecture.md. */
const layers = JSON.parse(readFileSync(`${import.meta.dirname}/layers.json`, 'utf8'))

const zones = layers.slice(0, -1).map((target, index) => ({
  target: `./${target}`,
  from: layers.slice(index + 1).map((later) => `./${later}`),
  message: 'A lower layer never imports a higher one: docs/architecture.md.',
}))

export default tseslint.config(
  {
    ignores: [
      ...['dist', 'node_modules', 'bench/node_modules', 'bench/.tmp', 'bench/.results'],
      'docs/.vitepress/{.temp,cache,dist}',
      // Made by tests, and left behind by one that is killed.
      ...['test/**/.generated-*', 'test/**/.pagila'],
    ],
  },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // One program for the whole run is cheaper than the service that editors have.
        project: './tsconfig.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { typescript: true, node: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Circles of imports are found by test/structure.test.ts, at a fraction of the time.
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-extraneous-dependencies': 'off',
      'no-console': 'error',
    },
  },
  {
    // What users and servers write must not stop the event loop: test/linear feeds every place that reads it its worst.
    files: ['src/**', 'codegen/**'],
    ...regexp.configs['flat/recommended'],
    rules: {
      ...regexp.configs['flat/recommended'].rules,
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
      'regexp/match-any': ['error', { allows: ['[^]'] }],
      // A class with both cases says more than a flag behind it.
      'regexp/use-ignore-case': 'off',
    },
  },
  {
    // Those of its rules that mean something here. Paths and names come from configuration, and go everywhere; whether an
    // expression is linear is told better above.
    files: ['src/**', 'codegen/**'],
    plugins: { security },
    rules: {
      'security/detect-bidi-characters': 'error',
      'security/detect-invisible-characters': 'error',
      'security/detect-buffer-noassert': 'error',
      'security/detect-child-process': 'error',
      'security/detect-eval-with-expression': 'error',
      'security/detect-new-buffer': 'error',
      'security/detect-non-literal-regexp': 'error',
      'security/detect-non-literal-require': 'error',
      'security/detect-pseudoRandomBytes': 'error',
      'no-eval': 'error',
    },
  },
  {
    files: ['codegen/cli.ts', 'examples/**', 'bench/**', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
  { files: ['*.config.js'], ...tseslint.configs.disableTypeChecked },
  {
    // What the benchmark compares with is plain JavaScript, whose packages are installed by the benchmark alone; so are lines
    // to a server, on threads and in processes of their own.
    files: ['bench/**/*.mjs', 'test/support/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { Buffer: 'readonly', URL: 'readonly', performance: 'readonly', setTimeout: 'readonly' },
    },
  },
  {
    // Programs of other projects, whose packages are not here.
    files: ['test/projects/app/**'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
    },
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { process: 'readonly', require: 'readonly', structuredClone: 'readonly' },
    },
  },
  {
    // CommonJS, as most services are that instrumentation is loaded into first.
    files: ['test/instrumentation/programs/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, '@typescript-eslint/no-require-imports': 'off' },
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      sourceType: 'commonjs',
      globals: { process: 'readonly', AbortController: 'readonly' },
    },
  },
)
