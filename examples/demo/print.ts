import pc from 'picocolors'

// Where colours are asked for by the environment, a file or a pipe still gets plain text.
const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported)

let steps = 0

/** A numbered heading. */
export function step(title: string): void {
  console.log(`\n${colors.bold(`${++steps}. ${title}`)}`)
}

/** A line of explanation. */
export function say(text: string): void {
  console.log(text === '' ? '' : `   ${text}`)
}

/** A piece of code, or of a file. */
export function quote(text: string): void {
  for (const line of text.trimEnd().split('\n')) console.log(colors.cyan(`   | ${line}`))
}

/** `300000` as `300,000`. */
export function count(number: number): string {
  return Math.round(number).toLocaleString('en-GB')
}

/** Bytes as `12.3 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** A function that tells the seconds since now: `2.3 s`. */
export function stopwatch(): () => string {
  const start = performance.now()
  return () => `${((performance.now() - start) / 1000).toFixed(1)} s`
}
