// The intended differences, read from differences.md: what is not in that table is not intended.
import fs from 'node:fs'

const columns = ['id', 'request', 'facet', 'reference', 'ours', 'reason']

export class Differences {
  /** dids: what `{name}` in the file stands for, escaped in a query or not. */
  constructor(file, dids) {
    this.rows = rowsOf(fs.readFileSync(file, 'utf8'), dids)
  }

  /**
   * The one row that explains a difference, or undefined: where there are two, one is too wide.
   * What two patterns capture must be equal, so that a row can allow one part of a value to differ
   * and no other.
   */
  explain(request, { facet, reference, ours }) {
    const [row, ...others] = this.rows.filter((row) => {
      if (!row.request.test(request) || !row.facet.test(facet)) return false
      const [theirs, mine] = [row.reference.exec(reference), row.ours.exec(ours)]
      return theirs && mine && String(theirs.slice(1)) === String(mine.slice(1))
    })
    if (others.length > 0) {
      this.twice.add([row, ...others].map(({ id }) => id).join(' and '))
      return undefined
    }
    if (row) row.used++
    return row
  }

  twice = new Set()

  get unused() {
    return this.rows.filter((row) => row.used === 0)
  }
}

function rowsOf(text, dids) {
  const rows = []
  for (const line of text.split('\n').filter((line) => line.startsWith('| '))) {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim())
    if (cells[0] === 'id' || cells[0] === '---') continue
    if (cells.length !== columns.length || !cells.at(-1)) throw new Error(`not a row: ${line}`)
    const row = Object.fromEntries(columns.map((column, i) => [column, cells[i]]))
    for (const column of columns.slice(1, -1)) row[column] = pattern(row[column], dids)
    if (rows.some(({ id }) => id === row.id)) throw new Error(`twice: ${row.id}`)
    rows.push({ ...row, used: 0 })
  }
  return rows
}

// A cell is a whole-value regular expression between backticks; in a table a bar is escaped.
function pattern(cell, dids) {
  const inner = /^`(.*)`$/.exec(cell)
  if (!inner) throw new Error(`not between backticks: ${cell}`)
  const source = inner[1].replaceAll('\\|', '|')
    .replaceAll(/\{([a-z]+)\}/g, (_, name) => dids[name].replaceAll(':', '(?::|%3A)'))
  return new RegExp(`^(?:${source})$`, 's')
}
