// The archive gives an account back: a second reference PDS imports the CAR and the blobs that we
// export, takes the account over, and then serves what the first one served.
import { verifyRepoCar } from '@atproto/repo'
import { password, post } from '../source.js'
import { bodyOf, exchange } from '../exchange.js'
import { request } from '../requests.js'
import { resolver } from './streams.js'

const client = '@atproto/pds importRepo'
const repo = 'com.atproto.repo'
const sync = 'com.atproto.sync'

export async function giveBack(checks, source, ours, account) {
  const { did, handle, name, blobs, collections, records } = account
  const key = await resolver([account]).did.resolveAtprotoKey(did)
  const pds = await source.secondPds()
  try {
    const authorization = `Bearer ${await arrive(source, pds, account)}`
    const call = (nsid, body, type) => post(pds.url, authorization, nsid, body, type)
    const get = (url, nsid, params) => (
      bodyOf(url, request(nsid, params, { headers: { authorization } })))

    const car = await exchange(ours.url, request(`${sync}.getRepo`, { did }))
    await checks.check(client, `${name}: takes the CAR`, () => (
      call(`${repo}.importRepo`, new Uint8Array(car.body), 'application/vnd.ipld.car')))
    const listing = await get(pds.url, `${repo}.listMissingBlobs`, { limit: 1000 })
    const missing = JSON.parse(listing).blobs
    await checks.check(client, `${name}: misses the blobs that we hold`, () => (
      missing.map(({ cid }) => cid).sort().join() === blobs.join()))
    for (const { cid } of missing) {
      await checks.check(client, `${name}: takes blob ${cid}`, async () => {
        const { headers, body } = await exchange(ours.url, request(`${sync}.getBlob`, { did, cid }))
        const { blob } = await call(
          `${repo}.uploadBlob`, new Uint8Array(body), headers['content-type'])
        return blob.ref.$link === cid
      })
    }
    await checks.check(client, `${name}: misses nothing any more`, async () => {
      const { importedBlobs, expectedBlobs } = JSON.parse(
        await get(pds.url, 'com.atproto.server.checkAccountStatus'))
      return importedBlobs === blobs.length && expectedBlobs === blobs.length
    })

    await tellDirectory(source, pds, did)
    await call('com.atproto.server.activateAccount')
    let served = 0
    for (const collection of collections) {
      for (let cursor; ;) {
        const params = { repo: handle, collection, limit: 100, ...(cursor && { cursor }) }
        const [theirs, mine] = await Promise.all(
          [pds.url, ours.url].map((url) => get(url, `${repo}.listRecords`, params)))
        await checks.check(client, `${name}: serves ${collection} from ${cursor}`, () => (
          theirs.equals(mine)))
        const page = JSON.parse(mine)
        served += page.records.length
        cursor = page.cursor
        if (!cursor) break
      }
    }
    await checks.check(client, `${name}: every record`, () => served === records.length)
    await checks.check('@atproto/repo verifyRepoCar', `${name}: as exported again`, async () => {
      const car = await get(pds.url, `${sync}.getRepo`, { did })
      // Until it writes, it serves the commit that it was given, with the signature of the first.
      const { creates } = await verifyRepoCar(new Uint8Array(car), did, key)
      const of = (list) => (
        list.map(({ collection, rkey, cid }) => `${collection}/${rkey} ${cid}`).sort().join())
      return of(creates) === of(records)
    })
    for (const cid of blobs) {
      await checks.check(client, `${name}: serves blob ${cid}`, async () => (
        (await get(pds.url, `${sync}.getBlob`, { did, cid }))
          .equals(await get(ours.url, `${sync}.getBlob`, { did, cid }))))
    }
  } finally {
    await pds.close()
  }
}

/** An account that brings its DID; the first PDS vouches for it. Its access token. */
async function arrive(source, pds, { did, handle, token, name }) {
  const query = `aud=${pds.ctx.cfg.service.did}&lxm=com.atproto.server.createAccount`
  const vouched = await fetch(
    `${source.url}/xrpc/com.atproto.server.getServiceAuth?${query}`,
    { headers: { authorization: `Bearer ${token}` } })
  const created = await post(
    pds.url, `Bearer ${(await vouched.json()).token}`, 'com.atproto.server.createAccount',
    { did, handle, email: `${name}@example.com`, password })
  return created.accessJwt
}

/** The rotation key of the first PDS names the second one and its signing key. */
async function tellDirectory(source, pds, did) {
  const { plcClient, plcRotationKey } = source.pds.ctx
  const keypair = await pds.ctx.actorStore.keypair(did)
  const url = pds.ctx.cfg.service.publicUrl
  await plcClient.updateAtprotoKey(did, plcRotationKey, keypair.did())
  await plcClient.updatePds(did, plcRotationKey, url)
  // It may sign later changes itself.
  const { rotationKeys } = await plcClient.getDocumentData(did)
  await plcClient.updateRotationKeys(
    did, plcRotationKey, [pds.ctx.plcRotationKey.did(), ...rotationKeys].slice(0, 5))
  await pds.ctx.idResolver.did.resolve(did, true)
}
