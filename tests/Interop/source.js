// The reference PDS and a PLC directory on loopback, with accounts that hold all that occurs.
import { AtpAgent } from '@atproto/api'
import { P256Keypair } from '@atproto/crypto'
import { TestNetworkNoAppView, TestPds, mockNetworkUtilities } from '@atproto/dev-env'
import * as records from './records.js'

// What would send unknown methods and repos on to an AppView; a bare PDS answers by itself.
const withoutAppView = { bskyAppViewUrl: undefined, bskyAppViewDid: undefined }
export const password = 'only on loopback'
const writesMax = 200 // the most that one applyWrites may hold

/**
 * name, did, handle, status (none while active), refuse (what makes the reference refuse it), and
 * revs: some earlier revisions.
 */
export class Source {
  accounts = []

  static async start() {
    const source = new Source()
    source.network = await TestNetworkNoAppView.create({ pds: withoutAppView })
    source.pds = source.network.pds
    source.url = source.pds.url
    return source
  }

  get plcUrl() {
    return this.network.plc.url
  }

  /** Accounts in the order of their creation, all of them still active. */
  async fill() {
    const big = await this.create('big')
    await this.write(big, records.posts(3000))
    await this.write(big, records.collections(60))
    await this.write(big, await records.withBlobs((...blob) => this.upload(big, ...blob)))

    const p256 = await this.create('p256')
    await this.changeKey(p256)
    await this.write(p256, records.posts(40))

    const custom = await this.create('custom')
    await this.changeHandle(custom, 'custom.interop.dev')
    await this.write(custom, records.posts(3))

    await this.create('empty')

    const odd = await this.create('odd')
    await this.write(odd, records.oddKeys())
    await this.write(odd, records.oddValues())
    await this.write(odd, records.pages(130))

    const files = await this.create('files')
    await this.write(files, await records.manyBlobs((...blob) => this.upload(files, ...blob), 70))

    await this.createChanged()
    for (const status of ['deactivated', 'takendown', 'suspended']) {
      const inactive = await this.create(status, { status })
      await this.write(inactive, records.posts(5))
      await this.write(
        inactive, await records.manyBlobs((...blob) => this.upload(inactive, ...blob), 2))
    }
    // One to move per round; see judges/giveBack.js.
    for (const name of ['mover1', 'mover2']) {
      const mover = await this.create(name)
      await this.write(mover, records.posts(250))
      await this.write(mover, records.oddKeys())
      await this.write(mover, records.oddValues())
      await this.write(mover, await records.withBlobs((...blob) => this.upload(mover, ...blob)))
      await this.write(
        mover, await records.manyBlobs((...blob) => this.upload(mover, ...blob), 12))
    }
    for (let i = 1; i <= 9; i++) await this.write(await this.create(`small${i}`), records.posts(i))
  }

  /** Updates, deletes, a collection that is gone, and one that came back. */
  async createChanged() {
    const account = await this.create('changed')
    const created = records.pages(60)
    const files = await records.manyBlobs((...blob) => this.upload(account, ...blob), 4)
    await this.write(account, [...created, ...files.slice(0, 2)])
    account.revs.push(await this.rev(account))
    const named = (kind, from, to) => created.slice(from, to).map((write) => ({
      $type: `com.atproto.repo.applyWrites#${kind}`,
      collection: write.collection,
      rkey: write.rkey,
      ...(kind === 'delete' ? {} : { value: { ...write.value, changed: true } }),
    }))
    await this.write(account, named('update', 0, 20))
    await this.write(account, named('delete', 10, 40))
    account.revs.push(await this.rev(account))
    await this.write(account, [...named('create', 30, 35), ...files.slice(2)])
    const gone = records.oddValues()
    await this.write(account, gone)
    await this.write(account, gone.map(({ collection, rkey }) => (
      { $type: 'com.atproto.repo.applyWrites#delete', collection, rkey })))
    account.deleted = gone.map(({ collection, rkey }) => ({ collection, rkey }))
  }

  /** Only now, since an inactive account exports nothing. */
  async deactivate() {
    for (const account of this.accounts) {
      if (account.status === 'deactivated')
        await this.post(account, 'com.atproto.server.deactivateAccount', {})
      // The reference has no suspension: its takedown stands in.
      if (account.status === 'takendown' || account.status === 'suspended') {
        await this.admin('com.atproto.admin.updateSubjectStatus', {
          subject: { $type: 'com.atproto.admin.defs#repoRef', did: account.did },
          takedown: { applied: true },
        })
      }
    }
  }

  async create(name, { status } = {}) {
    const handle = `the-${name}.test` // some bare words are reserved
    const account = { name, handle, status, revs: [], deleted: [] }
    const agent = new AtpAgent({ service: this.url })
    const { data } = await agent.createAccount(
      { handle, email: `${name}@example.com`, password })
    Object.assign(account, { did: data.did, token: data.accessJwt })
    this.accounts.push(account)
    return account
  }

  /** From here on the reference signs with P-256; the directory is told as by any rotation. */
  async changeKey(account) {
    const keypair = await P256Keypair.create({ exportable: true })
    const { actorStore, plcClient, plcRotationKey, idResolver } = this.pds.ctx
    const keypairOf = actorStore.keypair.bind(actorStore)
    actorStore.keypair = async (did) => (did === account.did ? keypair : keypairOf(did))
    await plcClient.updateAtprotoKey(account.did, plcRotationKey, keypair.did())
    await idResolver.did.resolve(account.did, true)
  }

  async changeHandle(account, handle) {
    // There is no DNS on loopback to ask about a handle that is not the host's own.
    const { handle: handles } = this.pds.ctx.idResolver
    const resolve = handles.resolve.bind(handles)
    handles.resolve = async (name) => (name === handle ? account.did : resolve(name))
    await this.admin('com.atproto.admin.updateAccountHandle', { did: account.did, handle })
    await this.pds.ctx.idResolver.did.resolve(account.did, true)
    account.handle = handle
  }

  async write(account, writes) {
    for (let first = 0; first < writes.length; first += writesMax) {
      await this.post(account, 'com.atproto.repo.applyWrites', {
        repo: account.did,
        writes: writes.slice(first, first + writesMax),
        validate: false,
      })
    }
  }

  /** The blob map that a record may then hold. */
  async upload(account, bytes, mimeType) {
    const { blob } = await this.post(account, 'com.atproto.repo.uploadBlob', bytes, mimeType)
    return blob
  }

  async rev(account) {
    const url = `${this.url}/xrpc/com.atproto.sync.getLatestCommit?did=${account.did}`
    return (await (await fetch(url)).json()).rev
  }

  /** Another PDS of the same kind and directory, for an account to move to. */
  async secondPds() {
    const pds = await TestPds.create({ didPlcUrl: this.plcUrl, ...withoutAppView })
    mockNetworkUtilities(pds)
    return pds
  }

  post(account, nsid, body, type) {
    return post(this.url, `Bearer ${account.token}`, nsid, body, type)
  }

  admin(nsid, body) {
    return post(this.url, this.pds.adminAuth(), nsid, body)
  }

  close() {
    return this.network.close()
  }
}

/** A procedure's answer; anything but success throws. */
export async function post(url, authorization, nsid, body, type = 'application/json') {
  const response = await fetch(`${url}/xrpc/${nsid}`, {
    method: 'POST',
    headers: {
      ...(authorization && { authorization }),
      ...(body && { 'content-type': type }),
    },
    body: body instanceof Uint8Array ? body : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${nsid}: ${response.status} ${text}`)
  return text && JSON.parse(text)
}
