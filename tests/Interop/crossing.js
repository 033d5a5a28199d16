// The way over: what the README tells people to fetch, from the source into files.
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { readCar, writeCar } from './car.js'

/** Repo, identity and blobs of every account, laid out as the README says. */
export async function fetchAll(source, folder) {
  const repos = path.join(folder, 'repos')
  await fs.mkdir(repos, { recursive: true })
  for (const { did } of source.accounts) {
    await save(`${source.plcUrl}/${did}`, path.join(repos, `${did}.did.json`))
    await save(`${source.plcUrl}/${did}/log/audit`, path.join(repos, `${did}.plc.json`))
    const xrpc = `${source.url}/xrpc/com.atproto.sync`
    await save(`${xrpc}.getRepo?did=${did}`, path.join(repos, `${did}.car`))
    await fetchBlobs(xrpc, did, path.join(folder, 'blobs', did))
  }
}

async function fetchBlobs(xrpc, did, folder) {
  await fs.mkdir(folder, { recursive: true })
  let cursor = ''
  do {
    const query = `did=${did}&limit=50${cursor && `&cursor=${cursor}`}`
    const page = await (await fetch(`${xrpc}.listBlobs?${query}`)).json()
    for (const cid of page.cids)
      await save(`${xrpc}.getBlob?did=${did}&cid=${cid}`, path.join(folder, cid))
    cursor = page.cursor
  } while (cursor)
}

async function save(url, file) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  await fs.writeFile(file, new Uint8Array(await response.arrayBuffer()))
}

/** The same files with every CAR shuffled, each of its blocks in it twice, and packed. */
export async function pack(from, to) {
  await fs.mkdir(path.join(to, 'repos'), { recursive: true })
  await fs.symlink(path.resolve(from, 'blobs'), path.join(to, 'blobs'))
  for (const name of await fs.readdir(path.join(from, 'repos'))) {
    const bytes = await fs.readFile(path.join(from, 'repos', name))
    const packed = name.endsWith('.car')
    await fs.writeFile(
      path.join(to, 'repos', packed ? `${name}.gz` : name),
      packed ? await promisify(zlib.gzip)(shuffledTwice(bytes)) : bytes)
  }
}

function shuffledTwice(bytes) {
  const { roots, blocks } = readCar(bytes)
  const twice = [...blocks, ...blocks]
  // Of no particular order, and the same in every run.
  for (let i = twice.length - 1, state = 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const other = state % (i + 1);
    [twice[i], twice[other]] = [twice[other], twice[i]]
  }
  return writeCar(roots, twice)
}
