// What of an answer is compared, as named values, and where two answers differ.
import zlib from 'node:zlib'
import { isPreorder, readCar } from './car.js'

// Present on one side alone, or different: either way a client could tell.
const headers = [
  'content-type', 'content-encoding', 'content-disposition', 'content-security-policy',
  'x-content-type-options', 'access-control-allow-origin', 'access-control-allow-methods',
  'access-control-allow-headers', 'access-control-max-age', 'access-control-expose-headers',
  'cache-control', 'vary', 'www-authenticate', 'location', 'retry-after', 'accept-ranges',
  'content-range', 'allow', 'set-cookie', 'sec-websocket-version',
]

/** Every difference as {facet, reference, ours}; none where the answers are equal. A header's facet
 * ends with the status, or with both where they differ. */
export function differencesOf(request, reference, ours) {
  const found = []
  const add = (facet, a, b) => {
    if (a !== b) found.push({ facet, reference: String(a), ours: String(b) })
  }
  add('answer', answer(reference), answer(ours))
  if (ours.status === 0) return found
  // Where one refuses what the other does not, their headers tell of different things.
  if (reference.status >= 400 !== ours.status >= 400) return found
  const of = [...new Set([reference.status, ours.status])].join(' and ')
  for (const name of headers)
    add(`header ${name} of ${of}`, reference.headers[name], ours.headers[name])
  // Of a body, its reader has checked the length; of no body it is all that is told.
  const length = ({ headers }) => headers['content-length'] ?? 'none'
  if (request.method === 'HEAD' && reference.status === ours.status)
    add(`header content-length of ${of}`, length(reference), length(ours))
  add(`header etag of ${of}`, 'etag' in reference.headers, 'etag' in ours.headers)
  // Of equal refusals too the same text, where both are JSON and not told otherwise above.
  if (isJsonRefusal(reference) && isJsonRefusal(ours) && answer(reference) === answer(ours))
    add('body text', reference.body.toString(), ours.body.toString())
  if (reference.status < 400) addBodies(add, request.path, reference, ours)
  return found
}

const isJsonRefusal = ({ status, headers }) => (
  status >= 400 && headers['content-type']?.startsWith('application/json'))

/** The same of two answers that are both ours: to the byte. */
export function ownDifferences(expected, ours) {
  const { date: ignored, ...headers } = ours.headers
  const { date: also, ...others } = expected.headers
  const of = ({ status, body }, named) => `${status} ${JSON.stringify(named)} ${body}`
  const [left, right] = [of(expected, others), of(ours, headers)]
  const isSame = left === right && expected.body.equals(ours.body)
  return isSame ? [] : [{ facet: 'own answer', reference: left, ours: right }]
}

function answer({ status, headers, body }) {
  if (status === 0) return `broken: ${body}`
  if (status < 400) return String(status)
  const type = headers['content-type'] ?? ''
  if (!type.startsWith('application/json')) return `${status} ${body.toString().slice(0, 200)}`
  if (body.length === 0) return String(status)
  const { error, message, ...rest } = JSON.parse(body)
  return `${status} ${error}: ${message}${Object.keys(rest).length ? JSON.stringify(rest) : ''}`
}

function addBodies(add, path, ...answers) {
  const [reference, ours] = answers.map(({ headers, body }) => (
    { headers, body: headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body) : body }))
  if (reference.body.equals(ours.body)) return
  const type = ours.headers['content-type'] ?? ''
  if (reference.headers['content-type'] !== ours.headers['content-type']) {
    add('body', reference.body.toString('latin1'), ours.body.toString('latin1'))
  } else if (type.startsWith('application/json')) {
    // Of the same value, the same text: a client that hashes it can tell.
    const found = addJson(add, 'body', JSON.parse(reference.body), JSON.parse(ours.body))
    if (!found) add('body text', reference.body.toString(), ours.body.toString())
  } else if (type === 'application/vnd.ipld.car') {
    addCars(add, path, readCar(reference.body), readCar(ours.body))
  } else {
    add('body', reference.body.toString('latin1'), ours.body.toString('latin1'))
  }
}

/** Whether the two values differ anywhere. */
function addJson(add, facet, a, b) {
  const isTree = (value) => typeof value === 'object' && value !== null
  if (!isTree(a) || !isTree(b) || Array.isArray(a) !== Array.isArray(b)) {
    const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
    add(facet, left, right)
    return left !== right
  }
  // The repos of a list by their DIDs, and apart from that their order.
  const dids = [a, b].map((list) => Array.isArray(list) && list.length > 0 && list.map(didOf))
  if (dids.every((list) => list && !list.includes(undefined))) {
    const inOrder = addJson(add, `${facet}/order`, ...dids.map((list) => list.join()))
    const named = [a, b].map((list) => Object.fromEntries(list.map((item) => [item.did, item])))
    return addJson(add, facet, ...named) || inOrder
  }
  let found = false
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    found = addJson(add, `${facet}/${key}`, a[key], b[key]) || found
  return found
}

const didOf = (value) => value?.did

/** Blocks that were asked for by name, each once. */
function isAsAsked(path, { blocks }) {
  const { searchParams } = new URL(path, 'http://localhost')
  const asked = [...new Set(searchParams.getAll('cids'))]
  return asked.join() === blocks.map(([cid]) => cid).join()
}

/** The reference sends the blocks as its database has them, we as one reads them. */
function addCars(add, path, reference, ours) {
  add('car in order', true, ours.roots.length > 0 ? isPreorder(ours) : isAsAsked(path, ours))
  add('car roots', reference.roots.join(), ours.roots.join())
  const [theirs, mine] = [new Map(reference.blocks), new Map(ours.blocks)]
  add('car blocks twice', reference.blocks.length - theirs.size, ours.blocks.length - mine.size)
  const only = (a, b) => [...a.keys()].filter((cid) => !b.has(cid)).sort().join()
  add('car blocks missing', only(theirs, mine), '')
  add('car blocks more', '', only(mine, theirs))
  for (const [cid, bytes] of theirs) {
    if (!mine.has(cid)) continue
    add(`car block ${cid}`, bytes.toString('hex'), mine.get(cid).toString('hex'))
  }
}
