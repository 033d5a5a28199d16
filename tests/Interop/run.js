// Both rounds, the table, and as its last line what was found: N passed, N failed.
import fs from 'node:fs/promises'
import path from 'node:path'
import { badRequests, harmless } from './badRequests.js'
import { Binary } from './binary.js'
import { blobReferences } from './blobReferences.js'
import { Comparison } from './comparison.js'
import { fetchAll, pack } from './crossing.js'
import { deviations } from './deviations.js'
import { Differences } from './differences.js'
import { Remembered } from './exchange.js'
import * as requests from './requests.js'
import { Source } from './source.js'
import { Checks, printTable } from './table.js'
import { clients } from './judges/clients.js'
import { collections } from './judges/collections.js'
import { giveBack } from './judges/giveBack.js'
import * as streams from './judges/streams.js'
import { verifiers } from './judges/verifiers.js'

const badMin = 500
const work = path.resolve(process.argv[2] ?? 'work')

async function main() {
  const source = await Source.start()
  await source.fill()
  const [plain, packed] = [path.join(work, 'plain'), path.join(work, 'packed')]
  await fetchAll(source, plain)
  await pack(plain, packed)
  const accounts = await contents(source, plain)
  await source.deactivate()

  const suspended = accounts.find(({ status }) => status === 'suspended').did
  const differences = new Differences(
    new URL('differences.md', import.meta.url), { suspended })
  const reference = new Remembered(source.url)
  const rounds = []
  for (const [name, folder, mover] of [
    ['as exported', plain, 'mover1'], ['shuffled, doubled, packed', packed, 'mover2'],
  ]) rounds.push(await round(name, folder, { source, accounts, reference, differences, mover }))
  const checks = new Checks()
  await deviations(checks, source, path.join(work, 'deviations'))
  await blobReferences(checks, path.join(work, 'blob-references'))
  report(rounds, differences, checks)
  await source.close()
}

async function contents(source, folder) {
  const accounts = []
  for (const account of source.accounts) {
    const { did } = account
    const bytes = await fs.readFile(path.join(folder, 'repos', `${did}.car`))
    const document = await fs.readFile(path.join(folder, 'repos', `${did}.did.json`), 'utf8')
    const blobs = await fs.readdir(path.join(folder, 'blobs', did))
    accounts.push({ ...requests.contentsOf(account, bytes), document, blobs: blobs.sort() })
  }
  return accounts
}

async function round(name, folder, { source, accounts, reference, differences, mover }) {
  const started = Date.now()
  const ours = await serve(folder, accounts, path.join(folder, 'data'))
  const comparison = new Comparison(reference, ours, differences)
  const checks = new Checks()
  try {
    await compare(comparison, accounts)
    await judge(checks, source, ours, accounts)
    await collections(checks, source, ours, accounts, path.join(folder, 'proofs'))
    await giveBack(checks, source, ours, accounts.find((account) => account.name === mover))
  } finally {
    await ours.stop()
  }
  const replaying = await serve(folder, accounts, path.join(folder, 'replay'), ['--replay'])
  try {
    await streams.replay(checks, replaying, accounts)
  } finally {
    await replaying.stop()
  }
  return { name, comparison, checks, seconds: (Date.now() - started) / 1000 }
}

/**
 * One start per account, in the order of their creation: each is first seen in it, so that both
 * servers list their repos in one order. The last start gives the hosting statuses.
 */
async function serve(folder, accounts, data, options = []) {
  const common = ['--blobs', path.join(folder, 'blobs'), '--data', data, ...options]
  const names = await fs.readdir(path.join(folder, 'repos'))
  const cars = accounts.map(({ did }) => (
    path.join(folder, 'repos', names.find((name) => name.startsWith(`${did}.car`)))))
  for (let count = 1; count < cars.length; count++) {
    const some = cars.slice(0, count).flatMap((car) => ['--car', car])
    await (await Binary.start([...common, ...some])).stop()
  }
  const statuses = accounts.filter(({ status }) => status)
    .flatMap(({ did, status }) => ['--status', `${did}=${status}`])
  return Binary.start([...common, '--car', path.join(folder, 'repos'), ...statuses])
}

async function compare(comparison, accounts) {
  const blobCounts = new Map(accounts.map(({ did, blobs }) => [did, blobs.length]))
  await comparison.all(requests.hostRequests(accounts))
  for (const account of accounts) {
    await comparison.all(requests.accountRequests(account, account.blobs))
    await comparison.alike(requests.sinceEarlier(account))
    await comparison.alike(requests.odditiesOf(account))
    await comparison.all(requests.recordRequests(account))
    await comparison.all(requests.firstPages(account))
    await comparison.revalidations(requests.documents(account))
  }
  await comparison.walks(requests.walks(accounts, blobCounts))
  const { refused } = comparison
  await comparison.all(badRequests(accounts))
  await comparison.alike(harmless(accounts))
  comparison.bad = comparison.refused - refused
}

async function judge(checks, source, ours, accounts) {
  const { did: keys } = streams.resolver(accounts)
  for (const account of requests.activeOf(accounts))
    await verifiers(checks, ours, account, await keys.resolveAtprotoKey(account.did))
  await clients(checks, ours, accounts)
  await streams.stream(checks, source, ours, accounts)
  await streams.consumed(checks, ours, accounts)
}

function report(rounds, differences, deviating) {
  let [passed, failed] = [0, differences.unused.length + differences.twice.size]
  const add = ({ checks, failed: bad }) => {
    passed += checks - bad
    failed += bad
  }
  for (const { name, comparison, checks, seconds } of rounds) {
    console.log(`\n${name}, ${seconds.toFixed(0)} s\n`)
    const tallies = [...comparison.tallies].sort()
    printTable(
      ['endpoint', 'cases', 'equal', 'equal but headers', 'intended', 'unexplained'],
      [...tallies, ['all', comparison.total]]
        .map(([endpoint, tally]) => [endpoint, ...Object.values(tally)]))
    console.log(`\nof these ${comparison.bad} generated requests that the reference refused`)
    if (comparison.bad < badMin) {
      console.log(`fewer than ${badMin}`)
      failed++
    }
    console.log()
    checks.print()
    add({ checks: comparison.total.cases, failed: comparison.total.unexplained })
    add(checks.total)
  }
  console.log('\nmade by the encoders of peers\n')
  deviating.print()
  add(deviating.total)
  console.log()
  printTable(['intended difference', 'times'], differences.rows.map(({ id, used }) => [id, used]))
  console.log(`\n${(performance.now() / 1000).toFixed(0)} s in all`)
  for (const { id } of differences.unused) console.log(`unused difference: ${id}`)
  for (const ids of differences.twice) console.log(`both explain one difference: ${ids}`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main()
process.exit()
