import { resolve } from 'node:path'
import type { KeyChains, KeyKind } from '../../attestation/key-chain.ts'
import { KeyUnsafe } from '../../errors.ts'
import { readKeyChange, removeKeyChange, writeKeyChange } from '../../local/key-change-file.ts'
import { hasKeyFiles, makeKeyFile } from '../../local/key-files.ts'
import { isStateDirectory, stateDirectory } from '../../local/state-directory.ts'
import { parseCheckpoint } from '../../log/checkpoint.ts'
import { type ChainPorts, countTransitions, readKeyChains } from '../../pipeline/keys/key-chains.ts'
import type { Ports } from '../../ports.ts'
import type { Place } from '../deployment.ts'
import { openEmbedded } from '../embedded.ts'
import type { Ceremony, Protection } from './ceremony-record.ts'
import { changeKey, readChange } from './change-key.ts'

type Machine = Extract<Place, { kind: 'machine' }>
export type Done = { ceremony: Ceremony; chains: KeyChains; protection: Protection; caseKey?: Uint8Array; at: string }

/**
 * Makes the keys of a state directory, and the directory. @throws KeyUnsafe where there are keys or a log already: others may rely
 * on them.
 */
export async function initKeys(place: Machine): Promise<Done> {
  const paths = stateDirectory(resolve(place.cwd, place.state))
  if ((await hasKeyFiles(paths.keys)) || (await isStateDirectory(paths)))
    throw new KeyUnsafe(
      `keys init: ${paths.root}: expected neither keys nor a log, got some: \`odv keys show --record FILE\` writes their record`,
    )
  const { ports, close } = await openEmbedded({ ...place, create: true, exclusive: true })
  try {
    // Opens the database: from here on a key that is missing is a loss and is not made anew.
    await ports.ledger.head()
    const chains = await readKeyChains(ports)
    const caseKey = await ports.caseKey.read()
    return { ceremony: { kind: 'made' }, chains, protection: placesOfFiles(place), caseKey, at: now() }
  } finally {
    await close()
  }
}

/**
 * Changes a key of a state directory on which no run is under way, and has it recorded. Durable steps:
 *
 * 1. `key-change.json` says which change this is. A crash leaves nothing else.
 * 2. The new key is made, unless it is there. A crash leaves a key that signs nothing.
 * 3. The state machine makes the change, or finishes it. A crash: repeating makes no further one, also once it is checkpointed.
 * 4. `record` writes down what was done. A crash or a fault: repeating writes it, with a note.
 * 5. The file is removed. A crash before it: repeating writes another record of the same change.
 *
 * `false`: it was interrupted. @throws KeyUnsafe also when another change is done and has no record @throws RunBusy @throws NotKnown
 */
export async function rotateKeyFile(
  place: Machine,
  key: KeyKind,
  signal: AbortSignal,
  record: (done: Done, note?: string) => Promise<void>,
): Promise<boolean> {
  const { keys, keyChange } = stateDirectory(resolve(place.cwd, place.state))
  const deployment = await openEmbedded({ ...place, exclusive: true })
  try {
    const { ports } = deployment
    const begun = await readKeyChange(keyChange)
    const isAgain = begun !== undefined && (await countTransitions(ports.ledger, begun.key)) >= begun.number
    if (isAgain && begun.key !== key)
      throw new KeyUnsafe(
        `keys rotate ${key}: expected no change without a record: go on with \`odv keys rotate ${begun.key} --record FILE\``,
      )
    const { number, isNew } = isAgain ? { number: begun.number, isNew: false } : await changeToMake(ports, key)
    if (!isAgain) await writeKeyChange(keyChange, { key, number })
    if (isNew) await makeKeyFile(keys, key, number + 1)
    if (!(await changeKey(deployment, { key, number }, signal))) return false
    const { changed, chains } = await readChange(ports, key, number)
    const done: Done = {
      ceremony: { kind: 'changed', ...changed },
      chains,
      protection: placesOfFiles(place),
      at: now(),
    }
    await record(
      done,
      isAgain
        ? 'this change was made before and had no record: it is written now, and no further change was made'
        : undefined,
    )
    await removeKeyChange(keyChange)
    return true
  } finally {
    await deployment.close()
  }
}

/** The next change of a key, or the last one as long as no checkpoint covers it. */
async function changeToMake(
  ports: Pick<Ports, 'ledger' | 'anchor'> & ChainPorts,
  key: KeyKind,
): Promise<{ number: number; isNew: boolean }> {
  const chain = (await readKeyChains(ports))[key]
  const last = chain.at(-2)?.until
  const anchored = await ports.anchor.latest()
  const covered = anchored === undefined ? 0 : parseCheckpoint(anchored).size
  const isNew = last === undefined || last < covered
  return { number: isNew ? chain.length : chain.length - 1, isNew }
}

export function placesOfFiles({ cwd, state }: Machine): Protection {
  const { keys } = stateDirectory(resolve(cwd, state))
  const file = `a file in \`${keys}\`, readable by its owner only (0600)`
  const old = 'what becomes of the old key: kept until __________, or destroyed on __________ by __________'
  return { attestation: file, log: file, case: file, old }
}

const now = () => new Date().toISOString()
