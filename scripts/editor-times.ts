import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A file of a project, at whose end something is to be completed. */
export interface EditedFile {
  readonly project: string
  readonly text: string
}

/** What an editor takes to complete: as the file is opened, and after a change. CPU is all that it has taken by then. */
export interface EditorTimes {
  readonly cold_s: string
  readonly cold_cpu_s: string
  readonly warm_ms: string
}

/** Asks TypeScript's language service about files in turns, each time in a process of its own; medians. */
export async function editorTimes(files: readonly EditedFile[], rounds: number): Promise<EditorTimes[]> {
  const times = files.map((): [number, number, number][] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [at, { project, text }] of files.entries()) {
      const file = join(project, 'service.ts')
      writeFileSync(file, text)
      times[at]?.push(await oneProcess(file, text))
    }
  }
  return times.map((own) => {
    const median = (at: 0 | 1 | 2) =>
      own.map((each) => each[at]).toSorted((left, right) => left - right)[rounds >> 1] ?? NaN
    return {
      cold_s: (median(0) / 1000).toFixed(2),
      cold_cpu_s: (median(2) / 1000).toFixed(2),
      warm_ms: median(1).toFixed(0),
    }
  })
}

/** In milliseconds, where the system tells. */
function cpuOf(pid: number | undefined): number {
  try {
    const fields =
      readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return NaN
  }
}

interface Completions {
  readonly request_seq?: number
  readonly body?: { readonly entries?: readonly { readonly name: string }[] }
}

async function oneProcess(file: string, text: string): Promise<[cold: number, warm: number, cpu: number]> {
  const start = performance.now()
  const server = spawn(
    process.execPath,
    [
      createRequire(import.meta.url).resolve('typescript/lib/tsserver.js'),
      '--disableAutomaticTypingAcquisition',
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  )
  const lines = createInterface({ input: server.stdout })
  let sequence = 0
  const send = (command: string, args: object) => {
    server.stdin.write(`${JSON.stringify({ seq: ++sequence, type: 'request', command, arguments: args })}\n`)
    return sequence
  }
  const answer = (to: number) =>
    new Promise<Completions>((resolve) => {
      const listen = (line: string) => {
        if (!line.startsWith('{')) return
        const message = JSON.parse(line) as Completions
        if (message.request_seq !== to) return
        lines.off('line', listen)
        resolve(message)
      }
      lines.on('line', listen)
    })
  const end = { line: text.split('\n').length, offset: (text.split('\n').at(-1) ?? '').length + 1 }
  const complete = async () => {
    const { body } = await answer(
      send('completionInfo', { file, ...end, includeExternalModuleExports: false }),
    )
    if (body?.entries?.some(({ name }) => name === 'id') !== true)
      throw new Error('The editor does not complete.')
  }
  try {
    send('open', { file, fileContent: text })
    await complete()
    const cold = performance.now() - start
    const cpu = cpuOf(server.pid)
    send('change', { file, line: 1, offset: 1, endLine: 1, endOffset: 1, insertString: ' ' })
    const changed = performance.now()
    await complete()
    return [cold, performance.now() - changed, cpu]
  } finally {
    server.kill()
  }
}
