// Every good request to every read endpoint that both have: accounts, records, pages, directions.
import * as dagCbor from '@ipld/dag-cbor'
import { inOrder, readCar } from './car.js'

const repo = 'com.atproto.repo'
const sync = 'com.atproto.sync'
const earlyTid = '3aaaaaaaaaa22'
const lateTid = 'bzzzzzzzzzzzz'

export function request(nsid, params = {}, rest = {}) {
  const pairs = Object.entries(params).flatMap(([name, value]) => (
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`)))
  const query = pairs.length ? `?${pairs.join('&')}` : ''
  return { endpoint: shortened(nsid), path: `/xrpc/${nsid}${query}`, ...rest }
}

export const activeOf = (accounts) => accounts.filter(({ status }) => status === undefined)

const shortened = (nsid) => nsid.replace(/^com\.atproto\./, '')

/** The records of an account as its own CAR has them: [path, CID] in key order. */
export const recordsOf = (car) => [...inOrder(car)]
  .flatMap(([cid, path]) => (path === undefined ? [] : [[path, cid]]))

/** What an account holds, from the CAR that came over. */
export function contentsOf(account, bytes) {
  const car = readCar(bytes)
  const records = recordsOf(car).map(([path, cid]) => {
    const [collection, rkey] = path.split('/')
    return { collection, rkey, cid }
  })
  const collections = [...new Set(records.map(({ collection }) => collection))]
  const [head] = car.roots
  const { rev } = dagCbor.decode(new Map(car.blocks).get(head))
  return { ...account, head, rev, car, records, collections }
}

export function* hostRequests(accounts) {
  yield request('com.atproto.server.describeServer')
  for (const path of ['/', '/robots.txt', '/xrpc/_health']) {
    for (const method of ['GET', 'HEAD']) yield { endpoint: 'plain routes', path, method }
  }
  const atprotoDid = { endpoint: 'plain routes', path: '/.well-known/atproto-did' }
  for (const { handle } of accounts)
    yield { ...atprotoDid, headers: { host: handle } }
  const [{ handle }] = accounts
  for (const host of [
    'nobody.test', 'elsewhere.dev', 'localhost', `${handle}:1234`, handle.toUpperCase(),
  ])
    yield { ...atprotoDid, headers: { host } }
}

/** Everything about one account but its records and pages. */
export function* accountRequests({ did, handle, head, rev, revs, records, car, status }, blobs) {
  for (const id of [did, handle, handle.toUpperCase()]) {
    yield request(`${repo}.describeRepo`, { repo: id })
    if (!id.startsWith('did:')) yield request('com.atproto.identity.resolveHandle', { handle: id })
  }
  for (const name of ['getRepoStatus', 'getLatestCommit', 'getHead', 'getRepo', 'getCheckout']) {
    for (const method of ['GET', 'HEAD']) yield request(`${sync}.${name}`, { did }, { method })
  }
  yield request(`${sync}.getCheckout`, { did, since: lateTid, commit: head })
  // Of an earlier revision we know nothing; see sinceEarlier.
  for (const since of status === undefined ? [rev, lateTid] : [earlyTid, ...revs, rev, lateTid]) {
    yield request(`${sync}.getRepo`, { did, since })
    yield request(`${sync}.listBlobs`, { did, since })
  }
  for (const cid of blobs) {
    for (const method of ['GET', 'HEAD']) yield request(`${sync}.getBlob`, { did, cid }, { method })
    yield request(`${sync}.getBlob`, { did, cid }, { headers: { range: 'bytes=0-0' } })
  }
  const cids = car.blocks.map(([cid]) => cid)
  for (let first = 0; first < cids.length; first += 60)
    yield request(`${sync}.getBlocks`, { did, cids: cids.slice(first, first + 60) })
  yield request(`${sync}.getBlocks`, { did, cids: [head, head] })
  if (status === undefined && records.length > 0) {
    const { collection, rkey } = records[0]
    const params = { repo: did, collection, rkey }
    yield request(`${repo}.getRecord`, params, { method: 'HEAD' })
    yield request(`${repo}.listRecords`, { repo: did, collection }, { method: 'HEAD' })
    yield request(`${sync}.getRecord`, { did, collection, rkey }, { method: 'HEAD' })
  }
}

/**
 * A CAR has no history: since an earlier revision is everything, which consumers must tolerate. As
 * pairs of requests that we answer alike.
 */
export function* sinceEarlier({ did, revs, status }) {
  if (status !== undefined) return
  for (const name of ['getRepo', 'listBlobs']) {
    for (const since of [earlyTid, ...revs])
      yield [request(`${sync}.${name}`, { did, since }), request(`${sync}.${name}`, { did })]
  }
}

/** What the reference refuses and we do not, as pairs: with the oddity and without. */
export function* odditiesOf({ handle, status }) {
  if (status !== undefined) return
  const describe = (id) => request(`${repo}.describeRepo`, { repo: id })
  yield [describe(handle.toUpperCase()), describe(handle)]
  const wellKnown = (host) => (
    { endpoint: 'plain routes', path: '/.well-known/atproto-did', headers: { host } })
  yield [wellKnown(handle.toUpperCase()), wellKnown(handle)]
}

/** What a client keeps and asks for again, plain and packed. */
export function* documents({ did, records, collections, status }) {
  if (status !== undefined) return
  for (const encoding of [undefined, 'gzip', 'gzip;q=0', 'identity']) {
    const headers = encoding === undefined ? {} : { 'accept-encoding': encoding }
    yield request(`${repo}.describeRepo`, { repo: did }, { headers })
    yield request(`${sync}.getLatestCommit`, { did }, { headers })
    yield request(`${sync}.getRepoStatus`, { did }, { headers })
    yield request(`${sync}.listBlobs`, { did }, { headers })
    yield request(`${sync}.getRepo`, { did }, { headers })
    for (const collection of collections)
      yield request(`${repo}.listRecords`, { repo: did, collection }, { headers })
    for (const { collection, rkey } of records.slice(0, 40)) {
      yield request(`${repo}.getRecord`, { repo: did, collection, rkey }, { headers })
      yield request(`${sync}.getRecord`, { did, collection, rkey }, { headers })
    }
  }
}

/** Records that are not there: deleted, before, between and behind those that are. */
export function absentOf({ records, collections, deleted }) {
  const taken = new Set(records.map(({ collection, rkey }) => `${collection}/${rkey}`))
  const rkeys = ['-', '2', '3', '3k', '3l', 'nothing', 'zz', 'zzz']
  return [
    ...deleted,
    ...collections.flatMap((collection) => rkeys.map((rkey) => ({ collection, rkey }))),
    { collection: 'aaa.example.first', rkey: 'self' },
    { collection: 'zzz.example.last', rkey: 'self' },
  ].filter(({ collection, rkey }) => !taken.has(`${collection}/${rkey}`))
}

/** Each record three ways, the last of them as a proof; and proofs of what is not there. */
export function* recordRequests(account) {
  const { did, handle, head, records } = account
  for (const { collection, rkey, cid } of records) {
    yield request(`${repo}.getRecord`, { repo: did, collection, rkey })
    yield request(`${repo}.getRecord`, { repo: handle, collection, rkey, cid })
    yield request(`${sync}.getRecord`, { did, collection, rkey })
  }
  for (const { collection, rkey } of absentOf(account)) {
    yield request(`${repo}.getRecord`, { repo: did, collection, rkey })
    yield request(`${sync}.getRecord`, { did, collection, rkey })
  }
  if (records.length > 0) {
    const { collection, rkey } = records[0]
    yield request(`${repo}.getRecord`, { repo: did, collection, rkey, cid: head })
    yield request(`${sync}.getRecord`, { did, collection, rkey, commit: head })
  }
}

/** Walks to the end, as [endpoint, path]: every page size where it can matter, both directions. */
export function* walks(accounts, blobCounts) {
  const walk = (nsid, params) => {
    const { endpoint, path } = request(nsid, params)
    return [endpoint, path]
  }
  for (const { did, handle, collections, records } of accounts) {
    for (const collection of [...collections, 'com.example.nothing']) {
      const count = records.filter((record) => record.collection === collection).length
      for (const limit of pageSizes(count, 100)) {
        for (const reverse of [true, false])
          yield walk(`${repo}.listRecords`, { repo: did, collection, limit, reverse })
      }
      yield walk(`${repo}.listRecords`, { repo: handle, collection })
      yield walk(`${repo}.listRecords`, { repo: did, collection, cursor: '3', reverse: true })
      yield walk(`${repo}.listRecords`, { repo: did, collection, cursor: '~~~' })
    }
    for (const limit of pageSizes(blobCounts.get(did), 1000))
      yield walk(`${sync}.listBlobs`, { did, limit })
    yield walk(`${sync}.listBlobs`, { did, cursor: 'bafkreig' })
  }
  for (const limit of pageSizes(accounts.length, 1000)) yield walk(`${sync}.listRepos`, { limit })
}

/** All up to one more than there are; in thousands of records only some, since walks are long. */
function pageSizes(count, largest) {
  if (count > 2 * largest) return [7, 33, 50, 99, largest]
  const all = Array.from({ length: Math.min(count + 1, largest) }, (_, i) => i + 1)
  return [...new Set([...all, Math.floor(largest / 2), largest])]
}

/** The first page of every size, where whole walks would be too many. */
export function* firstPages({ did, collections, records }) {
  const counts = Map.groupBy(records, ({ collection }) => collection)
  for (const collection of collections.filter((name) => counts.get(name).length > 200)) {
    for (let limit = 1; limit <= 100; limit++) {
      for (const reverse of [true, false])
        yield request(`${repo}.listRecords`, { repo: did, collection, limit, reverse })
    }
  }
}
