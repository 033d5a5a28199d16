// The collections command, which looks accounts up in the directory and asks the reference PDS, or
// us. What it proves must be what the account's CAR holds.
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from '../binary.js'
import { activeOf } from '../requests.js'

// The reference has no getRepoCollections: there the command goes on to the next best.
const ofReference = ['auto', 'blocks', 'probe', 'repo']
const ofOurs = ['auto', 'proof', 'blocks', 'probe', 'repo']

export async function collections(checks, source, ours, accounts, folder) {
  await fs.mkdir(folder, { recursive: true })
  // Those that move away do so in the middle of a run.
  const staying = activeOf(accounts).filter(({ name }) => !name.startsWith('mover'))
  for (const account of staying) {
    for (const strategy of ofReference) {
      await checks.check(`reference: ${strategy}`, account.name, async () => (
        isProven(await ask(source, account, ['--strategy', strategy]), account)))
    }
    for (const strategy of ofOurs) {
      await checks.check(`ours: ${strategy}`, account.name, async () => (
        isProven(await ask(source, account, ['--strategy', strategy, '--pds', ours.url]), account)))
    }
    for (const [name, where] of [['reference', []], ['ours', ['--pds', ours.url]]]) {
      await checks.check(`${name}: describe`, account.name, async () => {
        const { code, json } = await ask(source, account, ['--strategy', 'describe', ...where])
        return code === 1 && json.reason === 'claimed' && alike(json.collections, account)
      })
      await checks.check(`${name}: --audit`, account.name, async () => {
        const answer = await ask(source, account, ['--audit', ...where])
        const { missing, invented } = answer.json.audit
        return isProven(answer, account) && missing.length + invented.length === 0
      })
    }
    await checks.check('reference: --proof, --check', account.name, async () => {
      const file = path.join(folder, `${account.name}.car`)
      const answer = await ask(source, account, ['--strategy', 'blocks', '--proof', file])
      const options = ['--json', '--did', account.did, '--key', await keyOf(source, account)]
      const checked = await run('collections', '--check', file, ...options)
      return isProven(answer, account)
        && isProven({ code: checked.code, json: JSON.parse(checked.stdout) }, account)
    })
  }
}

async function ask({ plcUrl }, { did }, options) {
  const { code, stdout, stderr } = await run(
    'collections', did, '--plc-url', plcUrl, '--allow-private', '--json', ...options)
  if (!stdout) throw new Error(`exit code ${code}: ${stderr}`)
  return { code, json: JSON.parse(stdout) }
}

function isProven({ code, json }, account) {
  const { head, rev } = account
  const found = code === 0 && json.proven && json.signature === 'valid' && json.rev === rev
    && json.commit === head.toString() && alike(json.collections, account)
  if (!found) throw new Error(`exit code ${code}: ${JSON.stringify(json)}`)
  return true
}

const alike = (found, { collections: expected }) => (
  [...found].sort().join() === [...expected].sort().join())

async function keyOf({ plcUrl }, { did }) {
  const data = await (await fetch(`${plcUrl}/${did}/data`)).json()
  return data.verificationMethods.atproto
}
