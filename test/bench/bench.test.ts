import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { drawChart } from '../../bench/chart.js'
import { datasetTables } from '../../bench/dataset.js'
import { interleave } from '../../bench/interleave.js'
import type { Measurement } from '../../bench/measure.js'
import { median, pairedRatio } from '../../bench/statistics.js'
import { Scratch } from '../support/owned-server.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

describe('the statistics', () => {
  it('take the middle, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 3])).toBe(4)
    expect(median([])).toBeNaN()
  })

  it('compare rounds that both have finished', () => {
    expect(pairedRatio([10, undefined, 40], [5, 1, 10])).toBe(3)
  })
})

describe('the rounds', () => {
  const measured = (wall: number): Measurement => ({
    rows: 1,
    wall,
    firstRow: 0,
    timers: 0,
    cpu: 0,
    idleMemory: 0,
    peakMemory: 0,
  })

  it('take turns, each beginning with another contender', async () => {
    const order: string[] = []
    await interleave(['a', 'b', 'c'], 3, (name) => {
      order.push(name)
      return Promise.resolve(measured(1))
    })
    expect(order.join('')).toBe('abcbcacab')
  })

  it('go on without a contender that fails twice, and say why', async () => {
    let attempts = 0
    const [good, bad] = await interleave(['good', 'bad'], 3, (name) => {
      if (name === 'good') return Promise.resolve(measured(7))
      attempts++
      return Promise.reject(new Error('gone'))
    })
    expect(good?.rounds.map((round) => round?.wall)).toEqual([7, 7, 7])
    expect(bad).toMatchObject({ rounds: [undefined, undefined, undefined], failure: 'gone' })
    expect(attempts).toBe(2)
  })
})

describe('a chart', () => {
  it('draws bars in proportion, and escapes what it is given', () => {
    const svg = drawChart({
      name: 'x',
      title: 'a < b & "c"',
      unit: 'rows/s',
      bars: [
        { label: 'one', value: 10, ours: true },
        { label: 'two', value: 5, ours: false },
      ],
    })
    const [long, short] = [...svg.matchAll(/width="([\d.]+)" height="18"/g)].map(([, width]) => Number(width))
    expect(long).toBeGreaterThan(0)
    expect(long).toBeCloseTo(2 * (short ?? 0))
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
  })
})

describe('the dataset', () => {
  it('has a main table of ten columns', () => {
    const [mixed] = datasetTables(1000)
    expect(Object.keys(mixed?.columns ?? {})).toHaveLength(10)
  })
})

describe('the benchmark', { timeout: 240_000 }, () => {
  it('measures, without downloading anything, and writes Markdown, JSON and charts', async () => {
    await using scratch = await Scratch.create()
    const args = ['--import', loader, 'bench/main.ts', '--tiny', '--out', scratch.path]
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: root,
      env: { ...process.env, DATABASE_URL: '' },
    })
    expect(stdout).not.toContain('Failed:')
    const files = await readdir(scratch.path)
    const text = await readFile(join(scratch.path, files.find((name) => name.endsWith('.md')) ?? ''), 'utf8')
    for (const name of [
      'sluice aiterator, rows',
      'sluice iterator, rows',
      'pg, whole result',
      'COPY binary',
    ]) {
      expect(text).toMatch(new RegExp(`^\\| ${name}.* \\| [\\d,]+ \\|`, 'm'))
    }
    const json = await readFile(
      join(scratch.path, files.find((name) => name.endsWith('.json')) ?? ''),
      'utf8',
    )
    expect(JSON.parse(json)).toMatchObject({ size: 'tiny' })
    expect(files.filter((name) => name.endsWith('.svg')).length).toBeGreaterThan(1)
    for (const chart of text.matchAll(/\]\((.+\.svg)\)/g)) expect(files).toContain(chart[1])
  })
})
