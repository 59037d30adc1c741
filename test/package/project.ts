import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root } from './pack.js'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An empty project that the package gets installed into, as its user would do it. */
export class Project implements AsyncDisposable {
  private constructor(
    readonly path: string,
    readonly type: 'module' | 'commonjs',
  ) {}

  static async create(type: 'module' | 'commonjs'): Promise<Project> {
    // Below no other node_modules, which Node would look into as well.
    const project = new Project(await realpath(await mkdtemp(join(tmpdir(), 'sluice-install-'))), type)
    await project.write('package.json', JSON.stringify({ name: 'app', private: true, type }))
    return project
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.path, file), text)
  }

  /** A command of the project, whatever becomes of it. */
  run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const { DATABASE_URL: _, ...inherited } = process.env
    // What npm itself sets for a script would reach into the installations made here.
    const kept = Object.entries(inherited).filter(
      ([name]) => !/^(npm_(?!config_cache|config_registry)|INIT_CWD$)/i.test(name),
    )
    // The tests' own Node, also for what npm starts.
    const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
    const child = spawn(command, args, {
      cwd: this.path,
      env: { ...Object.fromEntries(kept), PATH: path, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
  }

  /** A command that has to succeed, and what it printed. */
  async must(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, args, environment)
    if (code === 0) return stdout
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`)
  }

  async install(...packages: readonly string[]): Promise<void> {
    await this.must('npm', ['install', '--no-audit', '--no-fund', ...packages])
  }

  /** The application of `app/`, to stand beside its generated code. */
  async addApplication(): Promise<void> {
    const text = await readFile(join(root, 'test/package/app/main.ts'), 'utf8')
    await this.write('main.ts', text.replace('../../../generated/', './generated/'))
    await this.addConfiguration()
  }

  async addConfiguration(): Promise<void> {
    await cp(join(root, 'test/package/app/sluice.config.ts'), join(this.path, 'sluice.config.ts'))
  }

  /** Code as this repository has it generated. */
  async addGenerated(): Promise<void> {
    await cp(join(root, 'generated'), join(this.path, 'generated'), { recursive: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}
