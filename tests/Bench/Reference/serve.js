// The reference PDS on loopback with one account and its records, for a comparison on one machine.
// Prints one line of JSON (url, did, collection) when it is ready, and serves until it is ended.
import { AtpAgent } from '@atproto/api'
import { TestNetworkNoAppView } from '@atproto/dev-env'

const count = Number(process.argv[2] ?? 2000)
const collection = 'app.bsky.feed.post'
const batch = 200 // the most that one applyWrites may hold

const network = await TestNetworkNoAppView.create({})
const agent = new AtpAgent({ service: network.pds.url })
const { data: account } = await agent.createAccount({
  handle: 'bench.test',
  email: 'bench@example.test',
  password: 'only on loopback',
})

const start = Date.parse('2024-01-01T00:00:00Z')
for (let first = 0; first < count; first += batch) {
  const writes = Array.from({ length: Math.min(batch, count - first) }, (_, i) => ({
    $type: 'com.atproto.repo.applyWrites#create',
    collection,
    value: {
      $type: collection,
      text: `Record ${first + i}: nobody in particular, made up in large numbers.`,
      langs: ['en'],
      createdAt: new Date(start + (first + i) * 60_000).toISOString(),
    },
  }))
  await agent.com.atproto.repo.applyWrites({ repo: account.did, writes, validate: false })
}

console.log(JSON.stringify({ url: network.pds.url, did: account.did, collection }))
