// What peers write although they should not, and what we do with it on purpose: repos and records
// made by their own encoders.
import fs from 'node:fs/promises'
import path from 'node:path'
import * as atcute from '@atcute/cbor'
import { Secp256k1Keypair, P256Keypair } from '@atproto/crypto'
import { BlockMap, MST, MemoryBlockstore, blocksToCarFile, verifyRepoCar } from '@atproto/repo'
import * as dagCbor from '@ipld/dag-cbor'
import { encode } from 'cborg'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { Binary, run } from './binary.js'
import { readCar } from './car.js'
import { exchange } from './exchange.js'
import { recordsOf, request } from './requests.js'
import { password, post } from './source.js'

const collection = 'com.example.odd'
const rev = '3jzfcijpj2z2a'
const unreadable = "Could not parse record at 'com.example.odd/not-a-number'"
// What the reference imports and then cannot print.
const unprintable = ['floats', 'floats-atcute', 'floats-short', 'big-integers']
const someCid = CID.parse('bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq')

// The encoder of @ipld/dag-cbor, and with one of its rules taken away: it alone writes these.
const { undefined: noUndefined, ...withUndefined } = dagCbor.encodeOptions.typeEncoders
const { number: noNaN, ...withNaN } = dagCbor.encodeOptions.typeEncoders
const lax = (options) => (value) => encode(value, { ...dagCbor.encodeOptions, ...options })

/** Records: who encodes them, what, and the JSON that we print; null where there is none. */
const records = {
  control: [dagCbor.encode, { text: 'as it should be' }, '{"text":"as it should be"}'],
  floats: [
    dagCbor.encode, { half: 1.5, least: 5e-324, most: 1.7976931348623157e308, tenth: 0.1 },
    '{"half":1.5,"most":1.7976931348623157e+308,"least":5e-324,"tenth":0.1}'],
  'floats-atcute': [atcute.encode, { down: -2.75, tiny: 1e-7 }, '{"down":-2.75,"tiny":1e-7}'],
  'floats-short': [
    lax({ float64: false }), { a: 1.5, b: 2 ** -24, c: 1 + 2 ** -20 },
    '{"a":1.5,"b":5.960464477539063e-8,"c":1.0000009536743164}'],
  undefined: [
    lax({ typeEncoders: withUndefined }), { a: undefined, list: [undefined, 1] },
    '{"a":null,"list":[null,1]}'],
  'big-integers': [
    dagCbor.encode, { a: 2n ** 53n, b: 2n ** 64n - 1n, c: -(2n ** 53n), d: -(2n ** 64n) },
    '{"a":9007199254740992,"b":18446744073709551615,"c":-9007199254740992,'
      + '"d":-18446744073709551616}'],
  unsorted: [
    lax({ mapSorter: () => 0 }), { bb: 1, a: { z: 1, y: 2 }, ccc: 3, b: 4 },
    '{"bb":1,"a":{"z":1,"y":2},"ccc":3,"b":4}'],
  'not-a-number': [lax({ typeEncoders: withNaN }), { a: NaN, b: Infinity }, null],
}

/**
 * Commits: fields that differ from version 3, whether they want --allow-legacy, and how the
 * reference library judges them.
 */
const commits = {
  'version 3': [{}, false, /^verified$/],
  'prev set': [{ prev: someCid }, false, /^verified$/],
  'prev absent': [{ prev: undefined }, true, /^unexpected object at .*: versioned_commit$/],
  'version 2': [{ version: 2 }, true, /^Invalid signature on commit: /],
  'version 2, prev set': [{ version: 2, prev: someCid }, true, /^Invalid signature on commit: /],
}

export async function deviations(checks, source, folder) {
  await fs.mkdir(folder, { recursive: true })
  let count = 0
  for (const kind of [Secp256k1Keypair, P256Keypair]) {
    for (const [name, [fields, isLegacy, expected]] of Object.entries(commits)) {
      const repo = await makeRepo(folder, count++, encoded(['control']), fields, kind)
      await deviatingCommit(checks, `${name}, ${repo.keypair.jwtAlg}`, repo, isLegacy, expected)
    }
  }
  const repo = await makeRepo(
    folder, count++, encoded(Object.keys(records)), {}, Secp256k1Keypair)
  await deviatingRecords(checks, repo)
  await besideTheReference(checks, source, folder)
}

const encoded = (names) => names.map((name) => {
  const [encoder, value] = records[name]
  return [name, encoder({ ...value })]
})

/**
 * A CAR and an identity of our own, of records by key and bytes; tree and CAR are the reference
 * library's work.
 */
export async function makeRepo(folder, count, records, fields, kind, did = didOf(count)) {
  const keypair = await kind.create()
  const blocks = new BlockMap()
  let tree = await MST.create(new MemoryBlockstore())
  for (const [name, bytes] of records) {
    const cid = await cidOf(bytes)
    blocks.set(cid, bytes)
    tree = await tree.add(`${collection}/${name}`, cid)
  }
  const { root, blocks: nodes } = await tree.getUnstoredBlocks()
  blocks.addMap(nodes)

  const unsigned = { did, version: 3, data: CID.parse(String(root)), rev, prev: null, ...fields }
  if (unsigned.prev === undefined) delete unsigned.prev
  const sig = await keypair.sign(dagCbor.encode(unsigned))
  const commit = dagCbor.encode({ ...unsigned, sig })
  const head = await cidOf(commit)
  blocks.set(head, commit)
  const car = await blocksToCarFile(head, blocks)
  const file = path.join(folder, `${count}.car`)
  await fs.writeFile(file, car)
  await fs.writeFile(path.join(folder, `${count}.did.json`), documentOf(did, keypair))
  return { did, keypair, car, file, key: keypair.did(), data: `${file}.data` }
}

/** Always readable by `verify`; served at once, or only where that was allowed. */
async function deviatingCommit(checks, name, { did, key, car, file, data }, isLegacy, expected) {
  const client = 'deviating commits'
  await checks.check(client, `${name}: verify reads it`, async () => {
    const { code, stdout } = await run('verify', file)
    return code === 0 && stdout.startsWith('ok ') && stdout.includes('signature valid')
  })
  if (isLegacy) {
    await checks.check(client, `${name}: serve refuses it`, async () => {
      const strict = await Binary.start(['--car', file, '--data', `${data}.strict`])
      const { status } = await exchange(strict.url, request('com.atproto.sync.getRepo', { did }))
      await strict.stop()
      return status === 400 && strict.lines.some((line) => line.includes('CommitLegacy'))
    })
  }
  const legacy = isLegacy ? ['--allow-legacy'] : []
  const ours = await Binary.start(['--car', file, '--data', data, ...legacy])
  try {
    await checks.check(client, `${name}: its bytes are unchanged`, () => sameBlocks(ours, did, car))
    await checks.check(client, `${name}: its record is served`, () => (
      servesValue(ours, did, 'control', records.control[2])))
    await checks.check(client, `${name}: the reference library judges as expected`, async () => {
      const { body } = await exchange(ours.url, request('com.atproto.sync.getRepo', { did }))
      for (const bytes of [car, new Uint8Array(body)]) {
        const found = await verdict(bytes, did, key)
        if (!expected.test(found)) throw new Error(found)
      }
    })
  } finally {
    await ours.stop()
  }
}

async function deviatingRecords(checks, { did, key, car, file, data }) {
  const client = 'deviating records'
  const ours = await Binary.start(['--car', file, '--data', data])
  try {
    await checks.check(client, 'verify reads them', async () => (
      (await run('verify', file)).code === 0))
    await checks.check(client, 'their bytes are unchanged', () => sameBlocks(ours, did, car))
    await checks.check(client, 'the reference library takes them', async () => (
      await verdict(car, did, key) === 'verified'))
    for (const [name, [, , json]] of Object.entries(records)) {
      await checks.check(client, `${name}: as JSON`, () => servesValue(ours, did, name, json))
    }
    await checks.check(client, 'what has no JSON is left out of a list', async () => {
      const list = request('com.atproto.repo.listRecords', { repo: did, collection })
      const { body } = await exchange(ours.url, list)
      const printable = Object.keys(records).filter((name) => records[name][2] !== null)
      return JSON.parse(body).records.length === printable.length
    })
  } finally {
    await ours.stop()
  }
}

/** The reference imports what it can read, and prints it as we do. */
async function besideTheReference(checks, source, folder) {
  const client = '@atproto/pds prints deviating records'
  const pds = await source.secondPds()
  try {
    const { did, accessJwt } = await post(
      pds.url, undefined, 'com.atproto.server.createAccount',
      { handle: 'the-odd.test', email: 'odd@example.com', password })
    const importing = (car) => (
      post(pds.url, `Bearer ${accessJwt}`, 'com.atproto.repo.importRepo', car,
        'application/vnd.ipld.car'))
    const imported = Object.keys(records).filter((name) => name !== 'not-a-number')
    const refused = await makeRepo(
      folder, 'nan', encoded(['not-a-number']), {}, Secp256k1Keypair, did)
    await checks.check(client, 'refuses what is not a number', () => (
      importing(refused.car).then(() => false, ({ message }) => {
        if (!message.includes(`400 {"error":"InvalidRequest","message":"${unreadable}"}`))
          throw new Error(message)
      })))

    const beside = path.join(folder, 'beside')
    await fs.mkdir(beside)
    const repo = await makeRepo(beside, 'odd', encoded(imported), {}, Secp256k1Keypair, did)
    await importing(repo.car)
    const ours = await Binary.start(['--car', repo.file, '--data', repo.data])
    for (const rkey of imported) {
      await checks.check(client, rkey, async () => {
        const query = request('com.atproto.repo.getRecord', { repo: did, collection, rkey })
        const [theirs, mine] = await Promise.all(
          [pds, ours].map(({ url }) => exchange(url, query)))
        if (unprintable.includes(rkey)) return theirs.status === 500 && mine.status === 200
        if (!theirs.body.equals(mine.body)) throw new Error(`${theirs.body}\n${mine.body}`)
      })
    }
    await ours.stop()
  } finally {
    await pds.close()
  }
}

async function servesValue(ours, did, rkey, json) {
  const query = request('com.atproto.repo.getRecord', { repo: did, collection, rkey })
  const { status, body } = await exchange(ours.url, query)
  if (json === null) return status === 500 && JSON.parse(body).error === 'InternalServerError'
  if (!body.toString().endsWith(`"value":${json}}`)) throw new Error(`${status} ${body}`)
}

async function sameBlocks(ours, did, car) {
  const { body } = await exchange(ours.url, request('com.atproto.sync.getRepo', { did }))
  const sorted = (bytes) => readCar(bytes).blocks
    .map(([cid, data]) => `${cid} ${Buffer.from(data).toString('hex')}`).sort().join()
  return sorted(body) === sorted(car) && recordsOf(readCar(body)).length > 0
}

async function verdict(car, did, key) {
  try {
    await verifyRepoCar(car, did, key)
    return 'verified'
  } catch (error) {
    return error.message
  }
}

const cidOf = async (bytes) => CID.createV1(dagCbor.code, await sha256.digest(bytes))

const didOf = (count) => `did:plc:${'deviation'.padEnd(22, 'a')}${'abcdefghijklmnop'[count]}a`

const documentOf = (did, keypair) => JSON.stringify({
  '@context': ['https://www.w3.org/ns/did/v1'],
  id: did,
  alsoKnownAs: [],
  verificationMethod: [{
    id: `${did}#atproto`,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase: keypair.did().slice('did:key:'.length),
  }],
  service: [],
})
