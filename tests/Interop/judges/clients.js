// The reference's client and its handle resolver, reading through us. The client checks each answer
// against its lexicon.
import { AppBskyFeedPost, AtpAgent, XRPCError } from '@atproto/api'
import { IdResolver } from '@atproto/identity'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { exchange } from '../exchange.js'

const api = '@atproto/api'
const identity = '@atproto/identity'

export async function clients(checks, ours, accounts) {
  const { com } = new AtpAgent({ service: ours.url })
  await checks.check(api, 'describeServer', async () => (
    (await com.atproto.server.describeServer()).data.inviteCodeRequired === true))
  await checks.check(api, 'listRepos', async () => (
    (await all((cursor) => com.atproto.sync.listRepos({ cursor, limit: 5 }), 'repos'))
      .map(({ did }) => did).join() === accounts.map(({ did }) => did).join()))
  for (const account of accounts) {
    if (account.status) await refused(checks, com, account)
    else await reading(checks, com, account)
  }
  await handles(checks, ours, accounts)
}

async function reading(checks, com, { name, did, handle, head, rev, collections, records, blobs }) {
  const check = (what, hold) => checks.check(api, `${name}: ${what}`, hold)
  await check('describeRepo', async () => {
    const { data } = await com.atproto.repo.describeRepo({ repo: handle })
    return data.handleIsCorrect && data.collections.join() === collections.join()
  })
  await check('resolveHandle', async () => (
    (await com.atproto.identity.resolveHandle({ handle })).data.did === did))
  await check('resolveDid', async () => (
    (await com.atproto.identity.resolveDid({ did })).data.didDoc.id === did))
  await check('resolveIdentity', async () => (
    (await com.atproto.identity.resolveIdentity({ identifier: handle })).data.did === did))
  await check('listReposByCollection', async () => {
    for (const collection of collections.slice(0, 5)) {
      const { data } = await com.atproto.sync.listReposByCollection({ collection, limit: 2000 })
      if (!data.repos.some((repo) => repo.did === did)) return false
    }
  })
  await check('getLatestCommit', async () => {
    const { data } = await com.atproto.sync.getLatestCommit({ did })
    return data.cid === head && data.rev === rev
  })
  await check('getRepo', async () => (
    (await com.atproto.sync.getRepo({ did })).data.length > 0))
  for (const collection of collections) {
    await check(`listRecords ${collection}`, async () => {
      const listed = await all((cursor) => (
        com.atproto.repo.listRecords({ repo: did, collection, cursor, reverse: true })), 'records')
      const expected = records.filter((record) => record.collection === collection)
      if (collection === 'app.bsky.feed.post' && !listed.every(({ value }) => isPost(value)))
        return false
      return listed.map(({ cid }) => cid).join() === expected.map(({ cid }) => cid).join()
    })
  }
  await check('listBlobs', async () => (
    (await all((cursor) => com.atproto.sync.listBlobs({ did, cursor }), 'cids')).join()
      === blobs.join()))
  for (const cid of blobs) {
    await check(`getBlob ${cid}`, async () => {
      const { data, headers } = await com.atproto.sync.getBlob({ did, cid })
      const { digest } = await sha256.digest(bytesOf(data, headers['content-type']))
      return Buffer.from(digest).equals(CID.parse(cid).multihash.digest)
    })
  }
}

async function refused(checks, com, { name, did, status }) {
  const error = `Repo${status[0].toUpperCase()}${status.slice(1)}`
  for (const method of ['getRepo', 'getLatestCommit', 'listBlobs']) {
    await checks.check(api, `${name}: ${method} is ${error}`, async () => {
      try {
        await com.atproto.sync[method]({ did })
      } catch (thrown) {
        return thrown instanceof XRPCError && thrown.error === error && thrown.status === 400
      }
      return false
    })
  }
  await checks.check(api, `${name}: getRepoStatus`, async () => {
    const { data } = await com.atproto.sync.getRepoStatus({ did })
    return data.active === false && data.status === status
  })
}

/** The resolver asks the handle's own host by name; here all of them are ours. */
async function handles(checks, ours, accounts) {
  const fetchHere = async (url) => {
    const { host, pathname } = new URL(url)
    const { status, body } = await exchange(ours.url, { path: pathname, headers: { host } })
    return new Response(body, { status })
  }
  const { handle: resolver } = new IdResolver({ fetch: fetchHere })
  for (const { name, handle, did, status } of accounts) {
    await checks.check(identity, `${name}: handle`, async () => (
      (await resolver.resolveHttp(handle)) === (status ? undefined : did)))
  }
}

async function all(page, field) {
  const found = []
  for (let cursor; ;) {
    const { data } = await page(cursor)
    found.push(...data[field])
    cursor = data.cursor
    if (!cursor) return found
  }
}

/** The client decodes text and JSON; the text of the one JSON blob is as JavaScript writes it. */
function bytesOf(data, type) {
  if (type.startsWith('text/')) return Buffer.from(data)
  return type === 'application/json' ? Buffer.from(JSON.stringify(data)) : data
}

const isPost = (value) => (
  AppBskyFeedPost.isRecord(value) && AppBskyFeedPost.validateRecord(value).success)
