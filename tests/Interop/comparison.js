// Puts every request to both servers and judges the answers.
import crypto from 'node:crypto'
import zlib from 'node:zlib'
import { differencesOf, ownDifferences } from './facets.js'
import { exchange } from './exchange.js'

const atOnce = 8
const shownMax = 12 // of the differences that fail

export class Comparison {
  // By endpoint. Equal in status and body: nothing differs at all, or intended differences in the
  // headers; then those with intended differences in status or body.
  tallies = new Map()
  refused = 0 // by the reference
  #bodies = new Map() // of ours, by path and ETag
  #shown = 0

  constructor(reference, ours, differences) {
    Object.assign(this, { reference, ours, differences })
  }

  /** Cases that do not depend on each other. */
  all(cases) {
    return several(cases, ({ endpoint, ...request }) => this.one(endpoint, request))
  }

  walks(paths) {
    return several(paths, ([endpoint, path]) => this.walk(endpoint, path))
  }

  /** The two answers, for a case that goes on from them. */
  async one(endpoint, request, ownRequest = request) {
    const [reference, ours] = await Promise.all([
      this.reference.exchange(request), this.#own(ownRequest),
    ])
    if (reference.status >= 400) this.refused++
    this.#judge(endpoint, request, () => differencesOf(request, reference, ours))
    return [reference, ours]
  }

  /** Pairs of requests of which we answer the first as the second. */
  alike(pairs) {
    return several(pairs, async ([{ endpoint, ...request }, { endpoint: same, ...other }]) => {
      const [ours, expected] = await Promise.all([this.#own(request), this.#own(other)])
      this.#judge(endpoint, request, () => ownDifferences(expected, ours))
    })
  }

  /** An exchange that breaks is an answer too, one that no row explains. */
  async #own(request) {
    try {
      const answer = await exchange(this.ours.url, request)
      if (request.method === undefined && answer.status === 200) this.#remember(request, answer)
      return answer
    } catch (error) {
      return { status: 0, headers: {}, body: Buffer.from(String(error.cause ?? error)) }
    }
  }

  /** One ETag never meets two bodies; a weak one may meet one body packed and not. */
  #remember({ path }, { headers: { etag, ...headers }, body }) {
    if (!etag) return
    const isUnpacked = etag.startsWith('W/') && headers['content-encoding'] === 'gzip'
    const key = `${path} ${etag}`
    const digest = crypto.hash('sha256', isUnpacked ? zlib.gunzipSync(body) : body)
    if ((this.#bodies.get(key) ?? digest) !== digest) throw new Error(`two bodies of ${etag}`)
    this.#bodies.set(key, digest)
  }

  /** Page after page to the end, each server with its own cursors. */
  async walk(endpoint, path) {
    const next = ({ status, body }) => (status === 200 ? cursorIn(body) : undefined)
    const page = (cursor) => ({
      path: cursor === undefined ? path : `${path}&cursor=${encodeURIComponent(cursor)}`,
    })
    for (let cursors = [undefined, undefined]; ;) {
      const answers = await this.one(endpoint, page(cursors[0]), page(cursors[1]))
      cursors = answers.map(next)
      // Where one ends before the other, the bodies have been found to differ.
      if (cursors.includes(undefined)) return
    }
  }

  /** The same requests again, each server being told its own ETag. */
  revalidations(requests) {
    return several(requests, async ({ endpoint, ...request }) => {
      const answers = await this.one(endpoint, request)
      const [theirs, mine] = answers.map(({ headers: { etag } }) => (
        { ...request, headers: { ...request.headers, 'if-none-match': etag } }))
      if (answers.every(({ headers }) => headers.etag)) await this.one(endpoint, theirs, mine)
    })
  }

  get total() {
    const sum = { cases: 0, equal: 0, headers: 0, intended: 0, unexplained: 0 }
    for (const tally of this.tallies.values())
      for (const [name, count] of Object.entries(tally)) sum[name] += count
    return sum
  }

  #judge(endpoint, request, find) {
    const found = foundBy(find)
    if (!this.tallies.has(endpoint))
      this.tallies.set(endpoint, { cases: 0, equal: 0, headers: 0, intended: 0, unexplained: 0 })
    const tally = this.tallies.get(endpoint)
    tally.cases++
    const name = nameOf(request)
    const unexplained = found.filter((difference) => !this.differences.explain(name, difference))
    if (found.length === 0) tally.equal++
    else if (unexplained.length === 0) {
      if (found.every(({ facet }) => facet.startsWith('header '))) tally.headers++
      else tally.intended++
    } else {
      tally.unexplained++
      if (this.#shown++ < shownMax) show(name, unexplained)
    }
  }
}

/** An answer that cannot be read differs, and is no reason to end without a report. */
function foundBy(find) {
  try {
    return find()
  } catch (error) {
    return [{ facet: 'unreadable', reference: '', ours: String(error.stack) }]
  }
}

function cursorIn(body) {
  try {
    return JSON.parse(body).cursor
  } catch {
    return undefined // told of as unreadable
  }
}

async function several(items, handle) {
  const waiting = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await handle(next.value)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

const nameOf = ({ method = 'GET', path, headers = {} }) => (
  [method, path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join(' '))

function show(name, unexplained) {
  console.log(`unexplained: ${name}`)
  for (const { facet, reference, ours } of unexplained) {
    console.log(`  ${facet}\n    reference: ${cut(reference)}\n    ours:      ${cut(ours)}`)
  }
}

const cut = (text) => (text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length})` : text)
