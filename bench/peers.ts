import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Installs what sluice is compared with, where that has not happened yet. */
export async function installPeers(say: (text: string) => void): Promise<void> {
  // npm writes the first of these last; the other may have changed since.
  const [installed, wanted] = await Promise.all(
    ['node_modules/.package-lock.json', 'package-lock.json'].map((file) => changedAt(file)),
  )
  if (installed !== undefined && wanted !== undefined && installed >= wanted) return
  say('Installing the peers (npm ci --prefix bench --ignore-scripts)')
  // Prisma's would download programs that are not needed, and no other has any.
  const child = spawn('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error('The peers were not installed. Try: npm ci --prefix bench --ignore-scripts')
}

async function changedAt(file: string): Promise<number | undefined> {
  try {
    return (await stat(new URL(file, import.meta.url))).mtimeMs
  } catch {
    return undefined
  }
}
