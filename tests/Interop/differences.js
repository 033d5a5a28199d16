// The intended differences, read from differences.md: what is not in that table is not intended.
import fs from 'node:fs'

const columns = ['id', 'request', 'facet', 'reference', 'ours', 'reason']

export class Differences {
  constructor(file) {
    this.rows = rowsOf(fs.readFileSync(file, 'utf8'))
  }

  /**
   * The row that explains a difference, or undefined. What two patterns capture must be equal, so
   * that a row can allow one part of a value to differ and no other.
   */
  explain(request, { facet, reference, ours }) {
    const row = this.rows.find((row) => {
      if (!row.request.test(request) || !row.facet.test(facet)) return false
      const [theirs, mine] = [row.reference.exec(reference), row.ours.exec(ours)]
      return theirs && mine && String(theirs.slice(1)) === String(mine.slice(1))
    })
    if (row) row.used++
    return row
  }

  get unused() {
    return this.rows.filter((row) => row.used === 0)
  }
}

function rowsOf(text) {
  const rows = []
  for (const line of text.split('\n').filter((line) => line.startsWith('| '))) {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim())
    if (cells[0] === 'id' || cells[0] === '---') continue
    if (cells.length !== columns.length || !cells.at(-1)) throw new Error(`not a row: ${line}`)
    const row = Object.fromEntries(columns.map((column, i) => [column, cells[i]]))
    for (const column of columns.slice(1, -1)) row[column] = pattern(row[column])
    if (rows.some(({ id }) => id === row.id)) throw new Error(`twice: ${row.id}`)
    rows.push({ ...row, used: 0 })
  }
  return rows
}

// A cell is a whole-value regular expression between backticks; in a table a bar is escaped.
function pattern(cell) {
  const inner = /^`(.*)`$/.exec(cell)
  if (!inner) throw new Error(`not between backticks: ${cell}`)
  return new RegExp(`^(?:${inner[1].replaceAll('\\|', '|')})$`, 's')
}
