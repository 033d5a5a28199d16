// Plain tables for the terminal, and the two numbers that build.sh adds up.
export function printTable(columns, rows) {
  const cells = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i].length)))
  for (const row of cells) {
    console.log(row.map((cell, i) => (
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd())
  }
}

/** Checks of one peer: each a name and whether it held, counted; a failure is told at once. */
export class Checks {
  clients = new Map()

  /** Runs a check that throws or returns false where it does not hold. */
  async check(client, name, hold) {
    const tally = this.of(client)
    tally.checks++
    try {
      if ((await hold()) !== false) return
      console.log(`failed: ${client}: ${name}`)
    } catch (error) {
      console.log(`failed: ${client}: ${name}: ${error.stack ?? error}`)
    }
    tally.failed++
  }

  of(client) {
    if (!this.clients.has(client)) this.clients.set(client, { checks: 0, failed: 0 })
    return this.clients.get(client)
  }

  print() {
    printTable(
      ['client', 'checks', 'failed'],
      [...this.clients].map(([client, tally]) => [client, ...Object.values(tally)]))
  }

  get total() {
    const tallies = [...this.clients.values()]
    const sum = (name) => tallies.reduce((total, tally) => total + tally[name], 0)
    return { checks: sum('checks'), failed: sum('failed') }
  }
}
