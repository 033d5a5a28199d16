// What the accounts hold: writes for applyWrites, in the JSON form of the data model.
const start = Date.parse('2024-01-01T00:00:00Z')
const largestInteger = Number.MAX_SAFE_INTEGER
const someLink = { $link: 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq' }

const create = (collection, rkey, value) => ({
  $type: 'com.atproto.repo.applyWrites#create',
  collection,
  rkey,
  value: { $type: collection, ...value },
})

// Record keys as a clock makes them, from a counter: the same ones in every run.
const digits = '234567abcdefghijklmnopqrstuvwxyz'
function tid(count) {
  let micros = BigInt(start) * 1000n + BigInt(count) * 60_000_000n
  let text = ''
  for (let value = (micros << 10n) | 7n, i = 0; i < 13; i++, value >>= 5n)
    text = digits[Number(value & 31n)] + text
  return text
}

export const posts = (count) => Array.from({ length: count }, (_, i) => (
  create('app.bsky.feed.post', tid(i), {
    text: `Post ${i}: ${words[i % words.length]}`,
    langs: i % 3 === 0 ? ['en', 'he'] : ['en'],
    createdAt: new Date(start + i * 60_000).toISOString(),
  })))

const words = [
  'nobody in particular, made up in large numbers.',
  'emoji 👩‍👩‍👧‍👦 🏳️‍🌈 👋🏽 and \u{1f9d1}\u200d\u{1f680}',
  'שלום עולם, مرحبا بالعالم, \u202eright to left\u202c',
  'quotes " \\ / <b>&amp;</b> \' and control \u0001\u001f\u007f \t\r\n \u2028\u2029',
  'e\u0301 is not \u00e9, and \ufeff stays; 日本語, Ελληνικά, ﷽',
  '',
]

/** Many collections of a few records each, and the same record under two paths. */
export function collections(count) {
  const writes = []
  for (let i = 0; i < count; i++) {
    const collection = `com.example.c${String(i).padStart(2, '0')}.item${'abc'[i % 3]}`
    for (let k = 0; k <= i % 9; k++) writes.push(create(collection, tid(k * 7 + i), { i, k }))
  }
  for (const rkey of ['one', 'two'])
    writes.push(create('com.example.twin', rkey, { text: 'the same under two paths' }))
  return writes
}

/** One collection for every page size. */
export const pages = (count) => Array.from({ length: count }, (_, i) => (
  create('com.example.page', tid(i), { number: i })))

export const oddKeys = () => [
  'self', '~', '_', '-', ':', '...', '.a', 'a.', 'a:b:c', '~~.-_:', '0', '00', 'A', 'a', 'Z', 'z',
  'did:plc:abc', 'x'.repeat(512), 'X'.repeat(511), '3jzfcijpj2z2a', '3JZFCIJPJ2Z2A', '1.2.3', '--',
].map((rkey, i) => create('com.example.key', rkey, { i }))

export const oddValues = () => Object.entries({
  integers: { list: [0, 1, -1, 23, 24, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, -(2 ** 32)] },
  largest: { up: largestInteger, down: -largestInteger },
  nulls: { a: null, list: [null, [null], { n: null }], reply: null },
  booleans: { yes: true, no: false },
  empty: { text: '', list: [], map: {}, bytes: { $bytes: '' } },
  bytes: { one: { $bytes: 'AQ' }, many: { $bytes: Buffer.alloc(300, 7).toString('base64') } },
  links: { link: someLink, deep: [{ in: { side: [someLink, { $bytes: 'AAEC' }] } }] },
  deep: { nested: nested(30) },
  keys: { b: 1, a: 2, aa: 3, B: 4, ä: 5, '🙂': 6, '': 7, 'a b': 8, $odd: 9 },
  long: { text: 'long '.repeat(4000) },
  wide: { list: Array.from({ length: 2000 }, (_, i) => i - 1000) },
  notBlob: { cid: 'not a cid', mimeType: 'text/plain' },
  ...Object.fromEntries(words.map((text, i) => [`text${i}`, { text, [`key ${text}`]: i }])),
}).map(([rkey, value]) => create('com.example.value', rkey, value))

const nested = (depth) => (depth === 0 ? 'here' : [{ d: nested(depth - 1) }])

// Signatures that the reference knows a type by, so that it keeps what it was told.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E'
    + 'rkJggg==',
  'base64')
const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), png])
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

/** Blobs of several types and sizes, two records with one blob, and one record with several. */
export async function withBlobs(upload) {
  const blobs = {
    empty: await upload(Buffer.alloc(0), 'application/octet-stream'),
    text: await upload(Buffer.from('plain text, שלום 🙂\n'), 'text/plain'),
    png: await upload(png, 'image/png'),
    jpeg: await upload(jpeg, 'image/jpeg'),
    svg: await upload(Buffer.from(svg), 'image/svg+xml'),
    html: await upload(Buffer.from('<!doctype html><script>alert(1)</script>'), 'text/html'),
    json: await upload(Buffer.from('{"not":"ours"}'), 'application/json'),
    video: await upload(pseudoRandom(70_000), 'video/mp4'),
    megabyte: await upload(pseudoRandom(1_000_000), 'application/octet-stream'),
    odd: await upload(Buffer.from('odd'), 'application/x-odd;charset=utf-16'),
  }
  const writes = Object.entries(blobs).map(([rkey, file]) => (
    create('com.example.file', rkey, { file })))
  writes.push(create('com.example.file', 'again', { file: blobs.png }))
  writes.push(create('com.example.album', 'self', {
    cover: { image: blobs.png }, pages: [[blobs.jpeg], { deep: { svg: blobs.svg } }],
  }))
  return writes
}

export async function manyBlobs(upload, count) {
  const writes = []
  for (let i = 0; i < count; i++) {
    const file = await upload(Buffer.from(`file number ${i}\n`.repeat(i + 1)), 'text/plain')
    writes.push(create('com.example.file', tid(i), { file }))
  }
  return writes
}

/** The same bytes in every run, of no type that anyone would recognise. */
function pseudoRandom(length) {
  const bytes = Buffer.alloc(length)
  for (let i = 0, state = 12345; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[i] = state >>> 16
  }
  return bytes
}
