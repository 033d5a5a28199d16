// Bad requests, generated: every parameter of every endpoint with every kind of wrong value, every
// verb, paths that are none, methods that do not exist, repos that are not here.
import { activeOf, request } from './requests.js'

const nobody = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const someCid = 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq'
const someBlob = 'bafkreibabalobzn6cd366ukcsjycp4yymjymgfxcv6xczmlgpemzkz3cfa'

/** Parameters by endpoint: their kind, and whether one is required. */
const parameters = {
  'com.atproto.repo.describeRepo': { repo: ['identifier', true] },
  'com.atproto.repo.getRecord': {
    repo: ['identifier', true], collection: ['nsid', true], rkey: ['rkey', true], cid: ['cid'],
  },
  'com.atproto.repo.listRecords': {
    repo: ['identifier', true], collection: ['nsid', true], limit: ['limit100'],
    cursor: ['text'], reverse: ['boolean'],
  },
  'com.atproto.server.describeServer': {},
  'com.atproto.sync.listRepos': { limit: ['limit1000'], cursor: ['cursor'] },
  'com.atproto.sync.getRepoStatus': { did: ['did', true] },
  'com.atproto.sync.getLatestCommit': { did: ['did', true] },
  'com.atproto.sync.getHead': { did: ['did', true] },
  'com.atproto.sync.getRepo': { did: ['did', true], since: ['tid'] },
  'com.atproto.sync.getCheckout': { did: ['did', true] },
  'com.atproto.sync.getRecord': {
    did: ['did', true], collection: ['nsid', true], rkey: ['rkey', true],
  },
  'com.atproto.sync.getBlocks': { did: ['did', true], cids: ['cid', true] },
  'com.atproto.sync.getBlob': { did: ['did', true], cid: ['cid', true] },
  'com.atproto.sync.listBlobs': {
    did: ['did', true], since: ['tid'], limit: ['limit1000'], cursor: ['text'],
  },
  'com.atproto.identity.resolveHandle': { handle: ['handle', true] },
}

const limit = (largest) => [
  '0', '-1', String(largest + 1), '99999', '1.5', '1e2', '+1', ' 1', '1 ', 'abc', '0x10', 'NaN',
  '٣', '-0', '0001', '9007199254740992', '100000000000000000000', '-100000000000000000000', '1,2',
]

const wrong = {
  did: [
    'foo', 'did', 'did:', 'did:plc', 'did:plc:', 'DID:plc:abc', 'did:PLC:abc', 'did:plc:abc:',
    'did:plc:abc%', 'did:plc:a b', 'did:plc:abc/def', 'did:plc:abc#x', 'did:plc:abc?x', 'did:1:a',
    ' did:plc:abc', 'did:plc:abc\n', 'did:plc:é', 'alice.test', 'at://did:plc:abc',
    `did:plc:${'a'.repeat(2041)}`, `did:plc:${'a'.repeat(300)}!`, '"quoted"', '\\', '\u0000', '🙂',
  ],
  handle: [
    'test', '.test', 'a..test', 'a.test.', '-a.test', 'a-.test', 'a.1test', 'a_b.test', 'a b.test',
    'á.test', '@a.test', 'a.test/', 'did:plc:abc', `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(126)}test`, 'a.test\n', '\u0000.test',
  ],
  identifier: [
    'foo', 'did:plc', 'did:plc:abc:', 'a..test', 'did:plc:a b', '@a.test', 'a.test/', '-a.test',
    'DID:plc:abc', ' a.test', 'á.test', `${'a'.repeat(64)}.test`, 'did:plc:abc\n', '"', '🙂',
  ],
  nsid: [
    'foo', 'foo.bar', 'com.example.', '.com.example.a', 'com..example.a', 'com.example.a-b',
    'com.example.1a', '1com.example.a', '-com.example.a', 'com-.example.a', 'com.exa mple.a',
    'com.example.a/b', 'com.example.*', 'com.exámple.a', `com.${'a'.repeat(64)}.b`,
    `${'a.'.repeat(160)}b`, 'com.example.a#b', 'com.example.a\n', '"', '🙂',
  ],
  rkey: [
    '.', '..', 'a/b', '/a', 'a b', 'a#b', 'a?b', 'a@b', 'a!b', 'é', 'a%b', 'x'.repeat(513), '🙂',
    'a\nb', 'a\n', '"', '\\', '(x)', '[x]', '*', '+', ',', ';', '=', '&',
  ],
  cid: [
    'foo', 'bafy', someCid.slice(0, -1), `${someCid}a`, someCid.toUpperCase(), ` ${someCid}`,
    `${someCid}\n`, 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwr', '0', 'b', 'z',
    'QmY7Yh4UquoXHLPFo2XbhXkhBvFoPwmQUSa92pxnxjQuPU', 'mAXASIA', 'f01711220', someCid.slice(1),
    'zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA', '"', '🙂', `${someCid},${someCid}`,
  ],
  tid: [
    'foo', '2', '3jzfcijpj2z2', '3jzfcijpj2z2aa', '3jzf-cij-pj2z-2a', '3JZFCIJPJ2Z2A',
    'kjzfcijpj2z2a', '1jzfcijpj2z2a', '0000000000000', '3jzfcijpj2z2 ', ' 3jzfcijpj2z2a', '-1', '"',
  ],
  boolean: ['1', '0', 'TRUE', 'True', 'yes', 'no', 'null', ' true', 'true ', 'truefalse', '""'],
  text: [],
  cursor: [
    'foo', '::', 'a::b', '::did', '1::', '1', '1::2::3', ' ::a', '99999999999999999999::did:plc:a',
  ],
  limit100: limit(100),
  limit1000: limit(1000),
}

/** With something wrong in exactly one place, as far as that can be. */
export function* badRequests(accounts) {
  const [active] = activeOf(accounts)
  for (const [nsid, params] of Object.entries(parameters)) {
    const good = goodParams(active, params)
    yield* badParameters(nsid, params, good)
    yield* badVerbs(nsid, good)
    yield* oddRequests(nsid, good)
    for (const account of [...accounts.filter(({ status }) => status), unknown])
      yield* absentRepos(nsid, params, account)
  }
  yield* bareWords()
  yield* badPaths(active)
  yield* otherMethods()
  yield* badUpgrades()
  yield* absentThings(accounts)
}

const unknown = { did: nobody, handle: 'nobody.test' }

function goodParams({ did, records, head }, params) {
  const [record] = records
  const good = {}
  for (const [name, [kind, required]] of Object.entries(params)) {
    if (!required) continue
    good[name] = {
      identifier: did, did, nsid: record.collection, rkey: record.rkey, cid: head,
      handle: 'the-big.test',
    }[kind]
  }
  return good
}

function* badParameters(nsid, params, good) {
  for (const [name, [kind, required]] of Object.entries(params)) {
    const without = { ...good }
    delete without[name]
    if (required) yield request(nsid, without)
    yield request(nsid, { ...good, [name]: '' })
    yield request(nsid, { ...without, [name.toUpperCase()]: good[name] ?? 'x' })
    yield request(nsid, { ...without, [`${name}[]`]: good[name] ?? 'x' })
    yield request(nsid, { ...without, [`${name}[0]`]: good[name] ?? 'x' })
    const one = good[name] ?? { text: 'a', boolean: 'true', tid: '3jzfcijpj2z2a' }[kind] ?? '1'
    yield request(nsid, { ...good, [name]: [one, one] })
    yield request(nsid, { ...good, [name]: [one, one, one] })
    yield request(nsid, { ...good, [name]: [one, ''] })
    for (const value of wrong[kind]) yield request(nsid, { ...good, [name]: value })
    for (const value of wrong[kind].slice(0, 3)) {
      yield request(nsid, { ...good, [name]: [one, value] })
      yield request(nsid, { ...without, [name]: value }, { method: 'HEAD' })
    }
  }
  // Two at once: which is told of?
  const all = Object.entries(params).map(([name, [kind]]) => [name, wrong[kind][0] ?? 'x'])
  yield request(nsid, Object.fromEntries(all))
  yield request(nsid, Object.fromEntries(all.reverse()))
  yield request(nsid, { ...good, unknown: ['1', '2'], 'a b': '', '': 'x' })
}

function* badVerbs(nsid, good) {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
    yield request(nsid, good, { method })
  yield request(nsid, {}, { method: 'POST' })
  yield request(nsid, good, {
    method: 'OPTIONS',
    headers: { origin: 'https://a.test', 'access-control-request-headers': 'x-one, Authorization' },
  })
}

function* oddRequests(nsid, good) {
  const { endpoint, path } = request(nsid, good)
  yield { endpoint, path, headers: { 'content-length': '2' }, body: '{}' }
  yield { endpoint, path, headers: { 'content-length': '0' } }
  yield { endpoint, path, headers: { 'transfer-encoding': 'chunked' }, body: 'x' }
  yield { endpoint, path, headers: { accept: 'text/html', origin: 'https://a.test' } }
  yield { endpoint, path, headers: { 'atproto-proxy': 'did:web:api.bsky.app#bsky_appview' } }
  yield { endpoint, path: path.replace('?', '/?') }
  yield { endpoint, path: path.replace('/xrpc/', '/xrpc//') }
  yield { endpoint, path: path.replace('?', '/x?') }
  yield { endpoint, path: path.replace(nsid, nsid.replace('com.', 'com%2E')) }
  for (const authorization of credentials)
    yield { endpoint, path, headers: { authorization } }
}

const credentials = ['Bearer nonsense', 'Basic bm9ib2R5Om5vdGhpbmc=', 'Foo bar', 'Bearer']

/** What the reference refuses and we do not, as pairs: with what is wrong and without. */
export function* harmless(accounts) {
  const [active] = activeOf(accounts)
  for (const [nsid, params] of Object.entries(parameters)) {
    const good = request(nsid, goodParams(active, params))
    for (const authorization of credentials) yield [{ ...good, headers: { authorization } }, good]
  }
  const repos = 'com.atproto.sync.listRepos'
  yield [request(repos, { cursor: '1::2::3' }), request(repos)]
}

function* absentRepos(nsid, params, { did, handle }) {
  for (const [name, [kind]] of Object.entries(params)) {
    const ids = { did: [did], identifier: [did, handle], handle: [handle] }[kind] ?? []
    for (const id of ids) {
      const rest = { collection: 'app.bsky.feed.post', rkey: 'x', cid: someCid, cids: someCid }
      const known = Object.entries(rest).filter(([other]) => params[other]?.[1])
      for (const method of ['GET', 'HEAD'])
        yield request(nsid, { [name]: id, ...Object.fromEntries(known) }, { method })
    }
  }
}

/** Queries that are none. */
function* bareWords() {
  const path = '/xrpc/com.atproto.sync.getRepoStatus'
  for (const query of [
    '?', '?did', '?did=', '?=x', '?&&&', '?did=%', '?did=%zz', '?did=%ff', '?did=+', '?did==x',
    `?did=${nobody}%`, `?did=${nobody}&did=`, `?did=&did=${nobody}`, `?did=${nobody}#x`,
    `?did=${encodeURIComponent(nobody)}`, `?%64id=${nobody}`, `?did=${nobody};x=1`, '?did=?',
    `??did=${nobody}`, `?did=%C3%A9`, `?did=${'a'.repeat(254)}`, `?did=${'a'.repeat(255)}`,
    `?did=${'a'.repeat(256)}`, `?did=${'a'.repeat(257)}`, `?did=${'%F0%9F%99%82'.repeat(128)}`,
    '?__proto__[x]=1', '?constructor=1',
  ]) yield { endpoint: 'sync.getRepoStatus', path: path + query }
}

function* badPaths({ did }) {
  const query = `?did=${did}`
  const status = 'com.atproto.sync.getRepoStatus'
  for (const path of [
    '/xrpc', '/xrpc/', '/xrpc//', '/xrpc/.', '/xrpc/..', '/xrpc/./x', '/xrpc/%ZZ', '/xrpc/%20',
    '/xrpc/-', '/xrpc/a', '/xrpc/a-', '/xrpc/a.', '/xrpc/a..b', '/xrpc/a.-b', '/xrpc/a_b',
    '/xrpc/foo', '/xrpc/foo.bar', `/xrpc/${status};x${query}`, `/xrpc/${status}/x${query}`,
    `/xrpc/${status}//${query}`, `/xrpc/${status}/${query}`, `//xrpc/${status}${query}`,
    `/XRPC/${status}${query}`, `/xrpc/${status.toUpperCase()}${query}`, `/Xrpc/COM.atproto.x.y`,
    `/xrpc/${status}%2F${query}`, `/xrpc/ä`.replace('ä', '%C3%A4'), '/xrpc/_health/x',
    '/xrpc/_health/', '/xrpc/_other', '/unknown', '/unknown/x', '/index.html', '/.well-known/x',
    '/.well-known/did.json', '/favicon.ico', '/xrpcx', `/xrpc/${'a'.repeat(400)}`,
  ]) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS'])
      yield { endpoint: 'paths', path, method }
  }
}

function* otherMethods() {
  for (const nsid of [
    'com.atproto.sync.unknown', 'com.example.unknown', 'app.bsky.feed.getTimeline',
    'app.bsky.actor.getProfile', 'chat.bsky.convo.listConvos', 'tools.ozone.team.listMembers',
    'com.atproto.sync.getHostStatus', 'com.atproto.sync.listHosts',
    'com.atproto.label.queryLabels', 'com.atproto.temp.fetchLabels',
    'com.atproto.lexicon.resolveLexicon', 'com.atproto.identity.refreshIdentity',
    'com.atproto.sync.subscribeRepos', 'com.atproto.label.subscribeLabels',
  ]) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT'])
      yield request(nsid, {}, { method, endpoint: 'other methods' })
  }
  for (const nsid of [
    'repo.createRecord', 'repo.applyWrites', 'repo.uploadBlob', 'repo.importRepo',
    'repo.putRecord', 'repo.deleteRecord', 'server.createSession', 'server.createAccount',
    'server.deactivateAccount', 'server.deleteSession', 'identity.updateHandle',
    'moderation.createReport', 'admin.deleteAccount', 'admin.updateSubjectStatus',
    'sync.requestCrawl', 'sync.notifyOfUpdate',
  ]) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'])
      yield request(`com.atproto.${nsid}`, {}, { method, endpoint: 'procedures' })
  }
  for (const nsid of [
    'server.getSession', 'server.listAppPasswords', 'server.getServiceAuth',
    'server.checkAccountStatus', 'server.getAccountInviteCodes', 'repo.listMissingBlobs',
    'identity.getRecommendedDidCredentials', 'admin.getAccountInfo', 'admin.getAccountInfos',
    'admin.getInviteCodes', 'admin.getSubjectStatus', 'temp.checkSignupQueue',
  ]) {
    for (const method of ['GET', 'HEAD'])
      yield request(`com.atproto.${nsid}`, {}, { method, endpoint: 'needs an account' })
  }
}

/** Handshakes that are none. */
function* badUpgrades() {
  const path = '/xrpc/com.atproto.sync.subscribeRepos'
  const good = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const without = (name) => Object.fromEntries(
    Object.entries(good).filter(([other]) => other !== name))
  for (const headers of [
    { ...good, 'sec-websocket-version': '12' }, without('sec-websocket-version'),
    { ...good, 'sec-websocket-key': 'short' }, without('sec-websocket-key'),
  ]) yield { endpoint: 'sync.subscribeRepos', path, headers }
  yield { endpoint: 'sync.subscribeRepos', path, headers: good, method: 'POST' }
}

/** Blobs of someone else, blocks that are no blocks, blobs that are none. */
function* absentThings(accounts) {
  const active = activeOf(accounts)
  for (const { did, head } of active) {
    const sync = 'com.atproto.sync'
    for (const cid of [someCid, someBlob, head]) yield request(`${sync}.getBlob`, { did, cid })
    for (const cids of [[someCid], [head, someCid], [someBlob, someCid], [someCid, someCid]])
      yield request(`${sync}.getBlocks`, { did, cids })
    const other = active.find((account) => account.did !== did)
    yield request(`${sync}.getBlocks`, { did, cids: [head, other.head] })
  }
}
