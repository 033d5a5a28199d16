// Which maps are references to blobs: what we list of a repo, beside what the reference finds in
// the same bytes when it imports one.
import fs from 'node:fs/promises'
import { decode } from '@atproto/lex-cbor'
import { enumBlobRefs } from '@atproto/lex-data'
import { Secp256k1Keypair } from '@atproto/crypto'
import * as dagCbor from '@ipld/dag-cbor'
import { Token, Type, encode } from 'cborg'
import { CID } from 'multiformats/cid'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import { Binary } from './binary.js'
import { makeRepo } from './deviations.js'
import { exchange } from './exchange.js'
import { request } from './requests.js'

const count = 2000
const raw = 0x55
const did = 'did:plc:blobreferencesaaaaaaaaaa'
const absent = Symbol('absent')

// Numbers as floats, whole ones too.
const { number, ...others } = dagCbor.encodeOptions.typeEncoders
const floats = {
  ...dagCbor.encodeOptions,
  typeEncoders: { ...others, number: (value) => new Token(Type.float, value) },
}

/** The same numbers in every run. */
function randomOf(seed) {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** Mostly what makes a reference, now and then something else. */
const mostly = (random, usual, odd) => (random(4) > 0 ? usual : odd[random(odd.length)])

async function shapeOf(random, i) {
  const bytes = new TextEncoder().encode(`blob ${i}`)
  const own = CID.createV1(raw, await sha256.digest(bytes))
  const other = CID.createV1(dagCbor.code, await sha256.digest(bytes))
  const long = CID.createV1(raw, await sha512.digest(bytes))
  const old = CID.createV0(await sha256.digest(bytes))
  const mimeType = mostly(random, 'image/png', ['image', '', '/', 'x/', null, 5, absent])
  const fields = random(3) > 0
    ? {
      $type: mostly(random, 'blob', ['blobs', 'Blob', 1, absent]),
      ref: mostly(random, own, [other, long, old, String(own), { $link: String(own) }, absent]),
      mimeType,
      size: mostly(
        random, random(1000), [0, -1, -2, 2 ** 53 - 1, 2 ** 53, 1.5, -0, '1', null, true, absent]),
    }
    : { cid: mostly(random, String(own), [own, String(old), 'zzz', '', absent]), mimeType }
  if (random(8) === 0) fields.alt = 'more'
  const shape = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== absent))
  return [shape, [shape], { a: { b: [[shape]] } }, { ...shape, more: [shape] }][random(4)]
}

/** In the one form and of the codecs and hash that a blob of ours can be asked for by. */
function isBlessed(text) {
  try {
    const cid = CID.parse(text)
    return String(cid) === text && cid.version === 1
      && [raw, dagCbor.code].includes(cid.code) && cid.multihash.code === sha256.code
  } catch {
    return false
  }
}

export async function blobReferences(checks, folder) {
  await fs.mkdir(folder, { recursive: true })
  const random = randomOf(7)
  const records = []
  for (let i = 0; i < count; i++) {
    const value = { $type: 'com.example.odd', value: await shapeOf(random, i) }
    const bytes = random(3) === 0 ? encode(value, floats) : dagCbor.encode(value)
    records.push([`r${String(i).padStart(5, '0')}`, bytes])
  }

  const repo = await makeRepo(folder, 'blobs', records, {}, Secp256k1Keypair, did)
  const ours = await Binary.start(['--car', repo.file, '--data', repo.data])
  try {
    const listed = new Set()
    for (let cursor = ''; cursor !== undefined;) {
      const query = request('com.atproto.sync.listBlobs', { did, limit: 1000, cursor })
      const page = JSON.parse((await exchange(ours.url, query)).body)
      page.cids.forEach((cid) => listed.add(cid))
      ;({ cursor } = page)
    }
    let found = 0
    for (const [rkey, bytes] of records) {
      const references = new Set(
        [...enumBlobRefs(decode(bytes), { strict: false, allowLegacy: true })]
          .map(({ ref, cid }) => String(ref ?? cid)).filter(isBlessed))
      found += references.size
      await checks.check('@atproto/lex-data enumBlobRefs', rkey, () => (
        [...references].every((cid) => listed.delete(cid))))
    }
    await checks.check('@atproto/lex-data enumBlobRefs', 'no others are listed', () => (
      listed.size === 0 && found > count / 4))
  } finally {
    await ours.stop()
  }
}
