// CAR v1 by hand, so that the judges' own readers stay judges.
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'

/** roots: CID strings; blocks: [CID string, bytes] in the file's order. */
export function readCar(bytes) {
  let [length, at] = readVarint(bytes, 0)
  const { roots } = dagCbor.decode(bytes.subarray(at, at + length))
  const blocks = []
  for (at += length; at < bytes.length; at += length) {
    [length, at] = readVarint(bytes, at)
    if (at + length > bytes.length) throw new Error('the CAR ends inside a block')
    const [cid, data] = CID.decodeFirst(bytes.subarray(at, at + length))
    blocks.push([cid.toString(), data])
  }
  return { roots: roots.map(String), blocks }
}

export function writeCar(roots, blocks) {
  const header = dagCbor.encode({ version: 1, roots: roots.map((root) => CID.parse(root)) })
  const parts = [varint(header.length), header]
  for (const [cid, data] of blocks) {
    const { bytes } = CID.parse(cid)
    parts.push(varint(bytes.length + data.length), bytes, data)
  }
  return Buffer.concat(parts)
}

function readVarint(bytes, at) {
  for (let value = 0, scale = 1; ; scale *= 128) {
    if (at >= bytes.length) throw new Error('the CAR ends inside a length')
    const byte = bytes[at++]
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return [value, at]
  }
}

function varint(value) {
  const bytes = []
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80)
  return Buffer.from([...bytes, value])
}
