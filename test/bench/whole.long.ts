import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { mustHold } from '../../bench/must-hold.js'
import { Scratch } from '../support/owned-server.js'
import { testServer } from '../support/test-server.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

describe('the benchmark', { timeout: 240_000 }, () => {
  it('measures, without downloading anything, and writes Markdown, JSON and charts', async () => {
    await using scratch = await Scratch.create()
    const args = ['--import', loader, 'bench/main.ts', '--tiny', '--out', scratch.path]
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: root,
      env: { ...process.env, DATABASE_URL: testServer.url },
    })
    expect(stdout).not.toContain('Failed:')
    const files = await readdir(scratch.path, { recursive: true })
    const text = await readFile(join(scratch.path, files.find((name) => name.endsWith('.md')) ?? ''), 'utf8')
    for (const name of [
      'sluice aiterator, without read-ahead',
      'sluice aiterator, rows',
      'sluice iterator, rows',
      'pg, whole result',
      'COPY binary',
    ]) {
      expect(text).toMatch(new RegExp(`^\\| ${name}.* \\| [\\d,]+ \\|`, 'm'))
    }
    const json = await readFile(
      join(scratch.path, files.find((name) => /^bench-node\d+\.json$/.test(name)) ?? ''),
      'utf8',
    )
    const {
      size,
      mustHold: held,
      sections,
    } = JSON.parse(json) as {
      size: string
      mustHold: { what: string }[]
      sections: { rounds: string }[]
    }
    expect(size).toBe('tiny')
    expect(held).toHaveLength(mustHold([]).length)
    for (const { what } of held) expect(text).toContain(`| ${what} | at `)
    for (const { rounds } of sections) expect(files).toContain(rounds)
    const charts = [...text.matchAll(/\]\((.+\.svg)\)/g)].map(([, path]) => path)
    expect(charts.length).toBeGreaterThan(5)
    for (const chart of charts) expect(files).toContain(chart)
  })
})
