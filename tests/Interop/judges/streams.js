// The event stream, as a bare WebSocket client and as the reference's own consumer see it.
import { IdResolver } from '@atproto/identity'
import { Firehose } from '@atproto/sync'
import { decodeOptions } from '@ipld/dag-cbor'
import { decode, decodeFirst } from 'cborg'
import WebSocket from 'ws'
import { readCar } from '../car.js'
import { activeOf } from '../requests.js'

const path = '/xrpc/com.atproto.sync.subscribeRepos'
const frameLimit = 30_000 // milliseconds until a frame that must come
const quiet = 3_000 // after which a replay is over
const ws = 'ws subscribeRepos'
const firehose = '@atproto/sync Firehose'

/** Everything from the beginning: what it says of each account, and that it can be resumed. */
export async function stream(checks, reference, ours, accounts) {
  const events = await read(ours, '?cursor=0')
  await checks.check(ws, 'seq increases', () => (
    events.every(({ body }, i) => i === 0 || body.seq > events[i - 1].body.seq)))
  for (const account of accounts) await history(checks, events, account)
  await checks.check(ws, 'the same shapes as the reference', () => shapes(reference, events))

  const middle = Math.floor(events.length / 2)
  await checks.check(ws, 'a cursor is exclusive', async () => {
    const [next] = await read(ours, `?cursor=${events[middle].body.seq}`, 1)
    return next.body.seq === events[middle + 1].body.seq
  })
  await checks.check(ws, 'no cursor, no replay; pings are answered, words ignored', () => (
    silent(ours)))
  for (const cursor of ['9007199254740991', '9007199254740992', 'abc', '1.5', '+1', '1&cursor=2']) {
    const query = `?cursor=${cursor}`
    await checks.check(ws, `refused as by the reference: ${query}`, async () => {
      const [theirs, mine] = await Promise.all([refusal(reference, query), refusal(ours, query)])
      if (theirs !== mine) throw new Error(`reference: ${theirs}\nours: ${mine}`)
    })
  }
  const others = ['/xrpc/com.atproto.sync.getRepo', '/xrpc/com.example.unknown', '/unknown']
  for (const upgrade of others) {
    await checks.check(ws, `no upgrade of ${upgrade}`, async () => {
      const opened = await Promise.all([opens(reference, upgrade), opens(ours, upgrade)])
      return !opened.includes(true)
    })
  }
}

async function history(checks, events, { name, did, handle, status, head, rev }) {
  const of = (type) => events
    .filter(({ header, body }) => header.t === type && body.did === did)
    .map(({ body }) => body)
  await checks.check(ws, `${name}: #identity`, () => of('#identity').at(-1).handle === handle)
  await checks.check(ws, `${name}: #account`, () => {
    const last = of('#account').at(-1)
    return last.active === (status === undefined) && last.status === status
  })
  await checks.check(ws, `${name}: #sync`, () => {
    if (status !== undefined) return of('#sync').length === 0
    const last = of('#sync').at(-1)
    const { roots, blocks } = readCar(last.blocks)
    return last.rev === rev && roots[0] === head && blocks.length === 1 && blocks[0][0] === head
  })
}

/** Keys and types of each kind of message, as the reference has them. */
async function shapes(reference, events) {
  const shape = ({ header, body }) => JSON.stringify([
    Object.entries(header).map(([key, value]) => [key, value === header.t ? '' : value]),
    Object.entries(body).map(([key, value]) => [key, typeof value, value?.constructor?.name]),
  ])
  const theirs = await read(reference, '?cursor=0', 40)
  for (const type of ['#identity', '#account', '#sync']) {
    const first = (list) => shape(list.find(({ header }) => header.t === type))
    if (first(theirs) !== first(events))
      throw new Error(`${type}: ${first(theirs)} and ${first(events)}`)
  }
}

/** The reference's consumer, which checks signature and proof of each commit. */
export async function replay(checks, ours, accounts) {
  const expected = new Map()
  for (const { did, records } of activeOf(accounts)) {
    for (const { collection, rkey, cid } of records)
      expected.set(`at://${did}/${collection}/${rkey}`, cid)
  }
  const events = await read(ours, '?cursor=0')
  for (const account of activeOf(accounts))
    await checks.check(ws, `replay: commits of ${account.name}`, () => commits(events, account))
  const found = new Map()
  const [seen, errors] = await consume(ours, accounts, (event) => {
    if (event.event === 'create') found.set(String(event.uri), String(event.cid))
  }, ({ sync }) => sync === activeOf(accounts).length)
  await checks.check(firehose, 'replay: no errors', () => {
    if (errors.length) throw errors[0]
  })
  await checks.check(firehose, `replay: ${expected.size} records, all verified`, () => (
    found.size === expected.size && [...expected].every(([uri, cid]) => found.get(uri) === cid)))
  await checks.check(firehose, 'replay: each repo ends with #sync', () => (
    seen.sync === activeOf(accounts).length))
}

/** As frames: every record once, in the CAR of its commit. */
function commits(events, { did, records }) {
  const found = new Map()
  for (const { header, body } of events) {
    if (header.t !== '#commit' || body.repo !== did) continue
    const { roots, blocks } = readCar(body.blocks)
    const held = new Set(blocks.map(([cid]) => cid))
    if (roots.join() !== String(body.commit) || !held.has(roots[0])) return false
    for (const { action, path, cid } of body.ops) {
      if (action !== 'create' || found.has(path) || !held.has(String(cid))) return false
      found.set(path, String(cid))
    }
  }
  return found.size === records.length
    && records.every(({ collection, rkey, cid }) => found.get(`${collection}/${rkey}`) === cid)
}

export async function consumed(checks, ours, accounts) {
  const dids = new Set()
  const [seen, errors] = await consume(ours, accounts, ({ did, event }) => {
    if (event === 'account') dids.add(did)
  }, ({ sync, account, identity }) => (
    sync === activeOf(accounts).length
      && account >= accounts.length && identity >= accounts.length))
  await checks.check(firehose, 'no errors', () => {
    if (errors.length) throw errors[0]
  })
  await checks.check(firehose, 'every account', () => (
    seen.sync === activeOf(accounts).length && dids.size === accounts.length))
}

async function consume(ours, accounts, handle, enough) {
  const seen = { sync: 0, account: 0, identity: 0, create: 0 }
  const errors = []
  let finish
  const finished = new Promise((resolve) => { finish = resolve })
  const timer = setTimeout(finish, frameLimit)
  const consumer = new Firehose({
    idResolver: resolver(accounts),
    service: ours.url.replace('http', 'ws'),
    getCursor: () => 0,
    unauthenticatedHandles: true,
    handleEvent: (event) => {
      timer.refresh()
      seen[event.event]++
      handle(event)
      if (enough(seen)) finish()
    },
    onError: (error) => errors.push(error.cause ?? error),
  })
  consumer.start()
  await finished
  clearTimeout(timer)
  await consumer.destroy()
  return [seen, errors]
}

/** Of the documents that came over. */
export function resolver(accounts) {
  const documents = new Map(accounts.map(({ did, document }) => [did, document]))
  const fetch = (url) => (
    new Response(documents.get(decodeURIComponent(new URL(url).pathname.slice(1)))))
  return new IdResolver({ fetch })
}

/** All there is, or so many. */
function read(server, query, count = Infinity) {
  return new Promise((resolve, reject) => {
    const socket = open(server, path + query)
    const events = []
    const end = () => {
      clearTimeout(timer)
      socket.terminate()
      resolve(events)
    }
    let timer = setTimeout(() => reject(new Error(`nothing at ${query}`)), frameLimit)
    socket.on('error', reject)
    socket.on('message', (frame) => {
      clearTimeout(timer)
      timer = setTimeout(end, quiet)
      events.push(messageOf(frame))
      if (events.length >= count) end()
    })
  })
}

/** The frames before the close, decoded, and how it was closed. */
function refusal(server, query) {
  return new Promise((resolve, reject) => {
    const socket = open(server, path + query)
    const events = []
    const timer = setTimeout(() => reject(new Error(`${query} is not refused`)), frameLimit)
    socket.on('error', reject)
    socket.on('message', (frame) => events.push(messageOf(frame)))
    socket.on('close', (code, reason) => {
      clearTimeout(timer)
      resolve(JSON.stringify([events, code, String(reason)]))
    })
  })
}

function silent(server) {
  return new Promise((resolve, reject) => {
    const socket = open(server, path)
    let answered = false
    const end = () => {
      socket.terminate()
      resolve(answered)
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed')))
    socket.on('message', () => reject(new Error('a frame without a cursor')))
    socket.on('open', () => {
      socket.send('words')
      socket.send(Buffer.from([1, 2, 3]))
      socket.ping('hello')
      setTimeout(end, quiet)
    })
    socket.on('pong', (payload) => { answered = String(payload) === 'hello' })
  })
}

function opens(server, target) {
  return new Promise((resolve) => {
    const socket = open(server, target)
    socket.on('open', () => {
      socket.terminate()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

const open = ({ url }, target) => (
  new WebSocket(url.replace('http', 'ws') + target, { handshakeTimeout: frameLimit }))

/** Two items back to back and nothing behind them. */
function messageOf(frame) {
  const [header, rest] = decodeFirst(frame, decodeOptions)
  return { header, body: decode(rest, decodeOptions) }
}
