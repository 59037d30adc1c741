/**
 * A line of some length to a server, in a process of its own: what goes either way arrives some time later, as much of it as
 * the line takes. Prints the URL under which the server is reached over it, and ends with its standard input.
 */
import { connect, createServer } from 'node:net'
import process from 'node:process'

const [url, milliseconds] = process.argv.slice(2)
const target = new URL(url)

/** Passes on what comes from one end when its time has come; what the other end does not take, is not taken either. */
function carry(from, to) {
  const underWay = []
  let timer
  const arrive = () => {
    timer = undefined
    const now = performance.now()
    while (underWay.length > 0 && underWay[0].due <= now) {
      if (!to.write(underWay.shift().bytes)) from.pause()
    }
    if (underWay.length > 0) timer = setTimeout(arrive, Math.max(0, underWay[0].due - now))
  }
  to.on('drain', () => from.resume())
  from.on('data', (bytes) => {
    if (Number(milliseconds) === 0) {
      if (!to.write(bytes)) from.pause()
      return
    }
    underWay.push({ due: performance.now() + Number(milliseconds), bytes })
    timer ??= setTimeout(arrive, Number(milliseconds))
  })
  from.on('error', () => to.destroy())
  from.on('close', () => setTimeout(() => to.destroy(), Number(milliseconds)))
}

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: Number(target.port), host: target.hostname, noDelay: true })
  carry(client, upstream)
  carry(upstream, client)
})
server.listen(0, '127.0.0.1', () => {
  const here = new URL(url)
  here.hostname = '127.0.0.1'
  here.port = String(server.address().port)
  process.stdout.write(`${here.href}\n`)
})
process.stdin.on('end', () => process.exit()).resume()
