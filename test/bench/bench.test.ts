import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { drawChart } from '../../bench/charts/chart.js'
import type { Skipped } from '../../bench/contender-list.js'
import { present } from '../../bench/context.js'
import { datasetTables } from '../../bench/dataset.js'
import { fastestOf, interleave } from '../../bench/interleave.js'
import type { Measurement } from '../../bench/measure.js'
import { mustHold } from '../../bench/must-hold.js'
import { buildNatives } from '../../bench/natives.js'
import { choosePlans } from '../../bench/plans.js'
import { writeReport } from '../../bench/report.js'
import { tiny } from '../../bench/sizes.js'
import { median, pairedRatio, quantile } from '../../bench/statistics.js'
import { Scratch } from '../support/owned-server.js'

describe('the statistics', () => {
  it('take the middle, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 3])).toBe(4)
    expect(median([])).toBeNaN()
  })

  it('take a quarter, between two values where need be', () => {
    expect(quantile([5, 1, 3, 2, 4], 0.25)).toBe(2)
    expect(quantile([1, 2], 0.25)).toBe(1.25)
  })

  it('compare rounds that both have finished', () => {
    expect(pairedRatio([10, undefined, 40], [5, 1, 10])).toBe(3)
  })
})

describe('the rounds', () => {
  const measured = (wall: number): Measurement => ({
    rows: 1,
    wall,
    firstRows: [0],
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

  it('leave out who takes part in fewer, from the first on', async () => {
    const order: string[] = []
    const repeats = (name: string) => (name === 'a' ? 1 : 3)
    const [a] = await interleave(['a', 'b'], repeats, (name) => {
      order.push(name)
      return Promise.resolve(measured(1))
    })
    expect(order.join('')).toBe('abbb')
    expect(a?.rounds).toHaveLength(1)
  })

  it('know the fastest by its median', () => {
    const rounds = (...walls: number[]) => ({ contender: walls.join(), rounds: walls.map(measured) })
    const failed = { contender: 'failed', rounds: [undefined] }
    const fastest = fastestOf([rounds(1, 9, 9), failed, rounds(5, 6, 7), rounds(8, 8, 8)])
    expect(fastest?.contender).toBe('5,6,7')
    expect(fastestOf([failed])).toBeUndefined()
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

describe('what must hold', () => {
  it('lists every line, measured or not, with the targets of the nearest Node version', () => {
    const [on18, on20, on24, on26] = [18, 20, 24, 26].map((major) => mustHold([], major))
    expect(on20?.length).toBeGreaterThanOrEqual(11)
    expect(on20?.map(({ verdict }) => verdict)).toEqual(on20?.map(() => 'not measured'))
    expect(on20?.[0]).toMatchObject({ line: 'batches', target: 2.5 })
    expect(on24?.[0]).toMatchObject({ target: 2.3 })
    expect([on18, on26]).toEqual([on20, on24])
  })

  it('judges by the median, in the direction of the line', () => {
    const held = mustHold(
      [
        { line: 'batches', values: [2.4, 2.6, 2.7], against: 'somebody' },
        { line: 'copy', values: [1.4, 1.6, 1.7] },
      ],
      20,
    )
    expect(held.find(({ line }) => line === 'batches')).toMatchObject({
      ...{ measured: 2.6, lowest: 2.4, highest: 2.7, rounds: 3, verdict: 'met' },
      what: expect.stringContaining('(somebody)') as string,
    })
    expect(held.find(({ line }) => line === 'copy')).toMatchObject({ measured: 1.6, verdict: 'missed' })
  })

  it('takes the first row as it lies in the noise', () => {
    const verdict = (values: number[]) =>
      mustHold([{ line: 'firstRow', values }], 20).find(({ line }) => line === 'firstRow')?.verdict
    expect(verdict([0.9, 0.95, 1.05, 1.1, 1.2])).toBe('met')
    expect(verdict([0.9, 1.05, 1.1, 1.1, 1.2])).toBe('missed')
  })
})

describe('the sections', () => {
  const plans = ['reading-mixed', 'reading-wide', 'memory'].map((id) => ({
    ...{ id, seconds: 1, run: () => Promise.resolve([]) },
  }))

  it('are chosen by name or family, and all without a choice', () => {
    const chosen = (...names: string[]) => choosePlans(plans, names).map(({ id }) => id)
    expect(chosen('reading')).toEqual(['reading-mixed', 'reading-wide'])
    expect(chosen('memory', 'reading-wide')).toEqual(['reading-wide', 'memory'])
    expect(choosePlans(plans, undefined)).toHaveLength(3)
  })

  it('are listed where a name is none of them', () => {
    expect(() => choosePlans(plans, ['read'])).toThrow(
      /no section "read".*reading-mixed, reading-wide, memory/,
    )
  })
})

describe('the contenders', () => {
  const pg = { name: 'pg', module: 'calls-pg.mjs' }
  const prisma = { name: 'Prisma', module: 'calls-prisma.mjs' }
  const context = { sizes: { ...tiny, contenders: Infinity }, hasPeers: true, skipped: [] as Skipped[] }

  it('are those whose module can run here', () => {
    const skipped = [{ name: 'all of Prisma', modules: [prisma.module], reason: 'x' }]
    expect(present(context, [pg, prisma])).toEqual([pg, prisma])
    expect(present({ ...context, skipped }, [pg, prisma])).toEqual([pg])
    expect(present({ ...context, hasPeers: false }, [pg, prisma])).toEqual([pg])
  })

  it('in other languages are left out by name where they are not installed', async () => {
    await using scratch = await Scratch.create()
    vi.stubEnv('PATH', scratch.path)
    vi.stubEnv('BENCH_PYTHON', join(scratch.path, 'python3'))
    const { programs, skipped, versions } = await buildNatives(scratch.path)
    vi.unstubAllEnvs()
    expect({ programs, versions }).toEqual({ programs: {}, versions: [] })
    expect(skipped.map(({ name }) => name)).toEqual(['libpq', 'pgx', 'asyncpg'])
    expect(skipped.map(({ reason }) => reason).join()).toMatch(/libpq-dev.*golang-go.*python3-asyncpg/)
  })
})

describe('a chart', () => {
  it('draws bars in proportion, and escapes what it is given', () => {
    const svg = drawChart({
      kind: 'bars',
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

  it('draws a line through what was measured, and names it', () => {
    const svg = drawChart({
      kind: 'lines',
      name: 'x',
      title: 'x',
      unit: 'MB',
      axis: 'rows',
      lines: [
        {
          label: 'partly measured',
          ours: true,
          points: [
            { x: 10, y: 5 },
            { x: 100, y: 2 },
            { x: 1000, y: NaN },
          ],
        },
      ],
    })
    expect(svg.match(/<circle/g)).toHaveLength(2)
    expect(svg).toContain('partly measured')
    expect(svg).not.toContain('NaN')
  })

  it('shows on which side of its target a line is', () => {
    const held = mustHold(
      [
        { line: 'batches', values: [5] },
        { line: 'copy', values: [3] },
      ],
      20,
    )
    const svg = drawChart({ kind: 'targets', name: 'x', title: 'x', unit: 'x', held })
    const mark = Number(/<line x1="([\d.]+)"/.exec(svg)?.[1])
    const [met, missed] = [...svg.matchAll(/<rect x="([\d.]+)" .*? width="([\d.]+)" height="12"/g)].map(
      ([, x, width]) => Number(x) + Number(width),
    )
    expect(met).toBeGreaterThan(mark)
    expect(missed).toBeLessThan(mark)
  })
})

describe('a report', () => {
  it('is written apart from the rounds it was made of', async () => {
    await using scratch = await Scratch.create()
    const [page, rounds] = [join(scratch.path, 'page'), join(scratch.path, 'rounds')]
    const section = { id: 'reading', title: 'Reading', note: '', head: [''], rows: [], missing: [] }
    const path = await writeReport(
      {
        ...{
          held: mustHold([{ line: 'pageFastest', values: [1.1], against: 'somebody' }]),
          skipped: [],
          software: [],
          size: 'full',
          seconds: 1,
        },
        sections: [{ ...section, charts: [], findings: [], data: [1, 2] }],
      },
      { page, rounds },
    )
    const text = await readFile(path, 'utf8')
    expect(text).not.toContain('.json')
    expect(text).toMatch(
      /^\| a page of 20 rows .*\(somebody\) \| at least 1.20 × \| 1.10 × \| .* missed \|$/m,
    )
    const name = path.slice(page.length + 1, -'.md'.length)
    const inside = async (folder: string) => (await readdir(folder, { recursive: true })).sort()
    expect(await inside(page)).toEqual([name, `${name}.md`, join(name, 'must-hold.svg')].sort())
    expect(await inside(rounds)).toEqual([name, `${name}.json`, join(name, 'reading.json')].sort())
  })
})

describe('the dataset', () => {
  it('has a main table of ten columns', () => {
    const [mixed] = datasetTables(1000, 10)
    expect(Object.keys(mixed?.columns ?? {})).toHaveLength(10)
  })
})
