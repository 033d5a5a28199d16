// The published binary, started on a free port of the loopback.
import { spawn, execFile } from 'node:child_process'
import { createInterface } from 'node:readline'

const binary = process.env.PDS_BINARY
const startLimit = 120_000 // milliseconds
const stopLimit = 20_000

export class Binary {
  lines = []

  /** Resolves when everything is loaded. */
  static async start(args) {
    const started = new Binary()
    const loopback = ['--port', '0', '--bind', '127.0.0.1']
    started.child = spawn(binary, [...loopback, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    started.exit = new Promise((resolve) => {
      started.child.on('exit', (code, signal) => resolve(code ?? signal))
      started.child.on('error', resolve)
    })
    try {
      await started.#ready()
    } catch (error) {
      started.child.kill('SIGKILL')
      throw error
    }
    return started
  }

  #ready() {
    return new Promise((resolve, reject) => {
      const said = () => reject(new Error(`the binary did not start:\n${this.lines.join('\n')}`))
      const timer = setTimeout(said, startLimit)
      this.exit.then(said)
      for (const stream of [this.child.stdout, this.child.stderr]) {
        createInterface(stream).on('line', (line) => {
          this.lines.push(line)
          const address = /listening on (\S+)/.exec(line)
          if (address) this.url = address[1].replace(/\/$/, '')
          if (!line.includes('ready: ')) return
          clearTimeout(timer)
          resolve()
        })
      }
    })
  }

  async stop() {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopLimit)
    this.child.kill('SIGTERM')
    const code = await this.exit
    clearTimeout(timer)
    if (code !== 0) throw new Error(`the binary ended with ${code}:\n${this.lines.join('\n')}`)
  }
}

/** A verb that ends by itself: its exit code and what it printed. */
export const run = (...args) => new Promise((resolve) => {
  execFile(binary, args, (error, stdout, stderr) => (
    resolve({ code: error ? error.code : 0, stdout, stderr })))
})
