// Libraries that verify: every export, and the proofs of what is there and of what is not.
import { fromUint8Array as atcuteCar } from '@atcute/car'
import { toString as textOf } from '@atcute/cid'
import { fromUint8Array as atcuteRepo, fromStream, verifyRecord } from '@atcute/repo'
import { P256PublicKey, Secp256k1PublicKey, parseDidKey } from '@atcute/crypto'
import * as mst from '@atcute/mst'
import {
  MemoryBlockstore, cidForRecord, getFullRepo, readCar as readAtprotoCar, verifyProofs,
  verifyRecords, verifyRepoCar,
} from '@atproto/repo'
import { CarBlockIterator, CarReader } from '@ipld/car'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { isPreorder, readCar } from '../car.js'
import { bodyOf, exchange } from '../exchange.js'
import { absentOf, request } from '../requests.js'

const sync = 'com.atproto.sync'
const everyProof = 400 // records; of larger repos some

export async function verifiers(checks, ours, account, key) {
  const get = async (nsid, params) => (
    new Uint8Array(await bodyOf(ours.url, request(nsid, params))))
  const bytes = await get(`${sync}.getRepo`, { did: account.did })
  const head = request(`${sync}.getRepo`, { did: account.did }, { method: 'HEAD' })
  const { headers } = await exchange(ours.url, head)
  await exports(checks, account, key, bytes, headers['content-length'])
  await blocks(checks, account, get)
  const { records } = account
  const step = records.length > everyProof ? Math.ceil(records.length / everyProof) : 1
  for (let i = 0; i < records.length; i += step)
    await inclusion(checks, account, key, records[i], get)
  await exclusions(checks, account, key, get)
}

async function exports(checks, { name, did, records, head }, key, bytes, told) {
  const expected = pathsOf(records)
  await checks.check('length told by HEAD', name, () => told === String(bytes.length))
  await checks.check('@atproto/repo verifyRepoCar', name, async () => {
    const { creates, commit } = await verifyRepoCar(bytes, did, key)
    return String(commit.cid) === head && same(pathsOf(creates), expected)
  })
  await checks.check('@atproto/repo getFullRepo', name, async () => {
    const { roots, blocks } = await readAtprotoCar(bytes)
    const parts = []
    for await (const part of getFullRepo(new MemoryBlockstore(blocks), roots[0])) parts.push(part)
    return same(cidsOf(Buffer.concat(parts)), cidsOf(bytes))
  })
  await checks.check('@ipld/car CarReader', name, async () => {
    const reader = await CarReader.fromBytes(bytes)
    for await (const block of reader.blocks())
      if (!(await hashes(block))) return false
    return String(await reader.getRoots()) === head && (await reader.has(CID.parse(head)))
  })
  await checks.check('order of an export', name, () => isPreorder(readCar(bytes)))
  await checks.check('@atcute/repo fromUint8Array', name, () => (
    same([...atcuteRepo(bytes)].map(pathOfEntry).sort(), expected)))
  await checks.check('@atcute/repo fromStream', name, async () => {
    const reader = fromStream(new Blob([bytes]).stream())
    const found = []
    for await (const entry of reader) found.push(pathOfEntry(entry))
    // It forgets a block once it was used: a record under two paths is missing for the second.
    const seen = new Set(found.map((path) => path.split(' ')[1]))
    const again = reader.missingBlocks.filter(({ type, cid }) => type === 'record' && seen.has(cid))
    found.push(...again.map(({ key, cid }) => `${key} ${cid}`))
    return again.length === reader.missingBlocks.length && same(found.sort(), expected)
  })
}

async function blocks(checks, { name, did, car, head }, get) {
  const cids = [head, ...car.blocks.map(([cid]) => cid)].slice(0, 50)
  await checks.check('@ipld/car CarBlockIterator on getBlocks', name, async () => {
    const reader = await CarBlockIterator.fromBytes(await get(`${sync}.getBlocks`, { did, cids }))
    const found = []
    for await (const block of reader) {
      if (!(await hashes(block))) return false
      found.push(String(block.cid))
    }
    return (await reader.getRoots()).length === 0 && same(found.sort(), [...new Set(cids)].sort())
  })
  await checks.check('@atcute/car on getBlocks', name, async () => {
    const reader = atcuteCar(await get(`${sync}.getBlocks`, { did, cids }))
    const found = [...reader].map(({ cid }) => textOf(cid))
    return reader.roots.length === 0 && same(found.sort(), [...new Set(cids)].sort())
  })
}

async function inclusion(checks, { did, head }, key, { collection, rkey, cid }, get) {
  const path = `${collection}/${rkey}`
  const proof = await get(`${sync}.getRecord`, { did, collection, rkey })
  const claim = (cid) => ({ collection, rkey, cid })
  await checks.check('@atproto/repo verifyProofs', path, async () => {
    const claims = [claim(CID.parse(cid)), claim(CID.parse(head)), claim(null)]
    const { verified, unverified } = await verifyProofs(proof, claims, did, key)
    return verified.length === 1 && verified[0] === claims[0] && unverified.length === 2
  })
  await checks.check('@atproto/repo verifyRecords', path, async () => {
    const found = (await verifyRecords(proof, did, key))
      .find((record) => record.collection === collection && record.rkey === rkey)
    return String(await cidForRecord(found.record)) === cid
  })
  await checks.check('@atcute/repo verifyRecord', path, async () => {
    const publicKey = await atcuteKey(key)
    const found = await verifyRecord({ did, collection, rkey, publicKey, carBytes: proof })
    return found.cid === cid
  })
  const { nodes, root } = nodesOf(proof)
  await checks.check('@atcute/mst verifyInclusion', path, () => (
    mst.verifyInclusion(nodes, root, path)))
  await checks.check('@atcute/mst refuses the opposite', path, () => (
    throws(mst.InvalidProofError, () => mst.verifyExclusion(nodes, root, path))))
  // What differs from the reference by intention is what the README says: in reading order.
  await checks.check('order of a proof', path, () => {
    const { blocks } = readCar(proof)
    return blocks[0][0] === head && blocks[1][0] === root && blocks.at(-1)[0] === cid
  })
}

async function exclusions(checks, account, key, get) {
  const { did } = account
  for (const { collection, rkey } of absentOf(account)) {
    const path = `${collection}/${rkey}`
    const proof = await get(`${sync}.getRecord`, { did, collection, rkey })
    await checks.check('@atproto/repo verifyProofs of absence', path, async () => {
      const claims = [{ collection, rkey, cid: null }]
      const { verified } = await verifyProofs(proof, claims, did, key)
      return verified.length === 1
    })
    const { nodes, root } = nodesOf(proof)
    await checks.check('@atcute/mst verifyExclusion', path, () => (
      mst.verifyExclusion(nodes, root, path)))
    await checks.check('@atcute/mst refuses the opposite', path, () => (
      throws(mst.InvalidProofError, () => mst.verifyInclusion(nodes, root, path))))
  }
}

/** The tree nodes of a proof and nothing else, as @atcute/mst wants them. */
function nodesOf(proof) {
  const { roots, blocks } = readCar(proof)
  const root = String(dagCbor.decode(new Map(blocks).get(roots[0])).data)
  const store = new mst.MemoryBlockStore(new Map(blocks.filter(([cid]) => cid !== roots[0])))
  return { nodes: new mst.NodeStore(store), root }
}

async function atcuteKey(did) {
  const { type, publicKeyBytes } = parseDidKey(did)
  const kind = type === 'p256' ? P256PublicKey : Secp256k1PublicKey
  return kind.importRaw(publicKeyBytes)
}

async function hashes({ cid, bytes }) {
  return (await sha256.digest(bytes)).bytes.every((byte, i) => byte === cid.multihash.bytes[i])
}

async function throws(kind, act) {
  try {
    await act()
  } catch (error) {
    return error instanceof kind
  }
  return false
}

const pathsOf = (records) => (
  records.map(({ collection, rkey, cid }) => `${collection}/${rkey} ${cid}`).sort())
const pathOfEntry = ({ collection, rkey, cid }) => `${collection}/${rkey} ${cid.$link ?? cid}`
const cidsOf = (bytes) => readCar(bytes).blocks.map(([cid]) => cid).sort()
const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i])
