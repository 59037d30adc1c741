import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Installs what sluice is compared with, where that has not happened yet. */
export async function installPeers(say: (text: string) => void): Promise<void> {
  // npm writes this file last.
  const mark = new URL('node_modules/.package-lock.json', import.meta.url)
  const isThere = await access(mark).then(
    () => true,
    () => false,
  )
  if (isThere) return
  say('Installing the peers (npm ci --prefix bench)')
  const child = spawn('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error('The peers were not installed. Try: npm ci --prefix bench')
}
