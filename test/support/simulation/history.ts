import { proposeCorrection } from '../../../lib/pipeline/propose-correction.ts'
import { type Chance, createChance } from './chance.ts'
import { createDeployment, type Deployed } from './deployment.ts'
import { createModelStore, type ModelStore } from './model-store.ts'
import { problemsOf } from './oracle.ts'
import { calm, weathers } from './weather.ts'
import { createWorld, type World } from './world.ts'

/**
 * What one seed came to. `problems`: claims that do not hold; `happened`: the rare things that did. `stores`: what each run came to for
 * each store that no custodian looks after.
 */
export type History = {
  problems: string[]
  happened: string[]
  ended: string[]
  verdicts: string[]
  stores: Record<string, Came>
  deleted: number
  rewritten: number
  asked: number
}
/** `weather`: one of `weathers`. */
export type Beginning = { seed: number; weather: string }
type Came = { verdict: string; reasons: string[]; answers: unknown[]; isSlow: boolean }

/** Lives through one to three runs of one deployment over its stores, and then asks what of it was true. */
export async function liveThrough({ seed, weather: kind }: Beginning, only?: ReadonlySet<string>): Promise<History> {
  const chance = createChance(`${kind} ${seed}`, only)
  const weather = { ...calm, ...weathers[kind] }
  const isStill = kind === 'machines'
  const world = createWorld(chance, weather)
  const stores = (['bucket', 'directory'] as const).map((kind, at) => createModelStore(world, `s${at}`, kind))
  for (const store of stores) for (let n = chance.number('size') * 9; n > 0; n--) store.addSomething()
  const deployed = createDeployment(world, stores)
  const runs = 1 + Math.floor(chance.number('runs') * 3)
  const ended: string[] = []
  world.meanwhile.push(...handsOf(world, deployed, stores, isStill))
  const run = async (at: number) => {
    deployed.setConfig(configOf(chance))
    const trigger = chance.pick('trigger', ['nightly', 'on-demand'])
    ended[at] = (await deployed.execute('verify-run', `r${at}`, { trigger })).status
  }
  const goOn = async (at: number) => {
    if (ended[at] === 'left' && chance.number('gone on with') < 0.5)
      ended[at] = (await deployed.execute('verify-run', `r${at}`)).status
    await deployed.redriveStopped(`r${at}`)
    if (weather.late + weather.faults + weather.crashes + weather.outages > 0) await deployed.redriveFailed(`r${at}`)
  }
  for (let at = 0; at < runs; at++) {
    const overlaps = !isStill && at + 1 < runs && chance.number('overlap') < 0.3
    const together = overlaps ? [run(at), run(++at)] : [run(at)]
    if (at > 1 && !isStill) together.push(goOn(at - 2))
    await Promise.all(together)
    await deployed.settle()
    world.now += Math.floor(chance.number('between') * 5) * 43_200_000
  }
  for (let at = 0; at < runs; at++) if (!isStill) await goOn(at)
  await deployed.settle()
  world.meanwhile.length = 0
  Object.assign(world.weather, calm)
  const { problems, verdicts, stores: came } = await problemsOf({ world, deployed, stores, ended })
  return {
    ...{ problems, happened: chance.happened, ended, verdicts, stores: came },
    deleted: stores.reduce((sum, { deletions }) => sum + deletions.length, 0),
    rewritten: stores.reduce((sum, { deletions }) => sum + deletions.filter(({ left }) => left).length, 0),
    asked: deployed.told.filter(({ kind }) => kind === 'odv.request').length,
  }
}

function configOf(chance: Chance): unknown {
  const manual = { kind: 'manual', deadline: '10m' }
  const channels = (kind: string, more = {}) => [
    ...[
      { kind, owner: 'user_id' },
      { kind, owner: 'user_id', ...more },
    ],
    ...[manual, { kind: 'none' }],
  ]
  const some = () => ({
    ...(chance.number('segments') < 0.3 && { segments: 3 }),
    ...(chance.number('empty') < 0.5 && { mayBeEmpty: true }),
    ...(chance.number('exceptions') < 0.2 && {
      exceptions: [{ reason: 'opaque', detail: 'known', plan: 'none', until: '2027-01-01', approvedBy: 'nobody' }],
    }),
  })
  const restore = { tier: chance.pick('tier', ['bulk', 'standard']), wait: '1d', maxUsd: chance.pick('dear', [0, 100]) }
  const restoring = chance.number('restore') < 0.6 && { restore }
  const bucket = { id: 's0', s3: { bucket: 'backups', region: 'ap-southeast-1', ...restoring }, country: 'SG' }
  const directory = { id: 's1', root: '/backups', country: 'IE' }
  const both = [
    {
      ...bucket,
      channel: chance.pick('bucket channel', channels('s3-delete-versions', { abortUploads: true, rewrite: true })),
      ...some(),
    },
    { ...directory, channel: chance.pick('directory channel', channels('delete-files', { rewrite: true })), ...some() },
  ]
  return {
    manifest: 'manifest',
    passes: chance.pick('passes', [2, 2, 3]),
    ...(chance.number('forms') < 0.9 && { forms: ['none'] }),
    ...(chance.number('hashed') < 0.3 && { hashedForms: [{ form: 'sha256' }] }),
    stores: chance.pick('stores', [both, both, both.slice(0, 1), both.slice(1)]),
  }
}

/** Everybody but the product: writers, custodians, whoever takes an entry of the log back, changes a key or exports. `isStill`: custodians do not answer. */
function handsOf(
  world: World,
  deployed: Deployed,
  stores: readonly ModelStore[],
  isStill: boolean,
): (() => void | Promise<void>)[] {
  const { chance, weather } = world
  let isBusy = false
  const alone = (work: () => Promise<unknown>) => async () => {
    if (isBusy) return
    isBusy = true
    // They call from their own machines, which nobody kills.
    await world.calls.exit(work).catch((error: Error) => world.said.push(`${error.name}: ${error.message}`))
    isBusy = false
  }
  const writers = () => {
    for (const store of stores) if (chance.rarely(`change of ${store.storeId}`, weather.writers)) store.change()
  }
  const custodians = alone(async () => {
    if (isStill) return
    for (const { kind, detail } of deployed.told) {
      if (kind !== 'odv.request' || !('requestId' in detail)) continue
      const { requestId, storeId } = detail
      if (chance.number(`attention to ${requestId}`) > 0.03) continue
      const store = stores.find((each) => each.storeId === storeId)!
      const deed = chance.pick('custodian', ['all', 'all', 'some', 'others', 'copy', 'nothing'] as const)
      const asked = store.alive().filter(({ named }) => named.size > 0)
      for (const version of asked.slice(
        0,
        deed === 'all' || deed === 'copy' ? asked.length : deed === 'nothing' ? 0 : 1,
      ))
        store.die(version)
      if (deed === 'copy' || deed === 'others') store.addSomething()
      if (chance.number('answers') < 0.8) await deployed.answer(requestId)
    }
  })
  const corrections = alone(async () => {
    if (!chance.rarely('taken back', weather.corrections)) return
    const { size } = deployed.memory.ledger.head
    if (size === 0) return
    const entry = Math.floor(chance.number('entry') * size)
    // An index that a call has begun to open there is none to wait for.
    const ports = { ...deployed.ports, largeEvidence: { ...deployed.ports.largeEvidence } }
    const { runId } = await proposeCorrection(ports, { entry, explanation: 'wrong', approvedBy: 'nobody' })
    deployed.begin('correct-entry', `${runId}-${entry}`, { runId, entry })
  })
  const changes = { attestation: 0, log: 0 }
  let exports = 0
  const officers = () => {
    if (chance.rarely('key changed', weather.keys)) {
      const key = chance.pick('key', ['attestation', 'log'] as const)
      // The last one stays, and one change is made after the other.
      const { length } = deployed.beside.filter(({ name }) => name.startsWith(key))
      if (length === changes[key] && length < 3)
        deployed.begin('rotate-key', `${key}-${++changes[key]}`, { key, number: changes[key] })
    }
    // An export takes so many calls that others would begin in it.
    if (exports < 3 && chance.rarely('exported', weather.exports) && ++exports)
      deployed.begin('export-filing', `x${world.tick}`, { selection: { from: '2000-01-01', to: '2100-01-01' } })
  }
  return [writers, custodians, corrections, officers]
}
