import { resolve } from 'node:path'
import type { KeyChains, KeyKind } from '../attestation/key-chain.ts'
import { KeyUnsafe } from '../errors.ts'
import { readKeyChange, removeKeyChange, writeKeyChange } from '../local/key-change-file.ts'
import { attestationKeyFile, hasKeyFiles, logKeyFile, makeKeyFile } from '../local/key-files.ts'
import { isStateDirectory, stateDirectory } from '../local/state-directory.ts'
import { readKeyChains } from '../pipeline/key-chains.ts'
import { changeToMake, isChanged, rotateKey } from '../pipeline/rotate-key.ts'
import type { Ceremony, Protection } from './ceremony-record.ts'
import type { Place } from './deployment.ts'
import { openEmbedded } from './embedded.ts'

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
 * 2. `rotateKey` makes the change, or finishes it. A crash: repeating makes no further one, also once it is checkpointed.
 * 3. `record` writes down what was done. A crash or a fault: repeating writes it, `isAgain`.
 * 4. The file is removed. A crash before it: repeating writes another record of the same change.
 *
 * @throws KeyUnsafe also when another change is done and has no record @throws RunBusy @throws NotKnown
 */
export async function rotateKeyFile(
  place: Machine,
  key: KeyKind,
  record: (done: Done, isAgain: boolean) => Promise<void>,
): Promise<void> {
  const { keys, keyChange } = stateDirectory(resolve(place.cwd, place.state))
  const { ports, close } = await openEmbedded({ ...place, exclusive: true })
  try {
    const begun = await readKeyChange(keyChange)
    const isAgain = begun !== undefined && (await isChanged(ports, begun.key, begun.number))
    if (isAgain && begun.key !== key)
      throw new KeyUnsafe(
        `keys rotate ${key}: expected no change without a record: go on with \`odv keys rotate ${begun.key} --record FILE\``,
      )
    const number = isAgain ? begun.number : await changeToMake(ports, key)
    if (!isAgain) await writeKeyChange(keyChange, { key, number })
    const makeNext = async (next: number) => {
      await makeKeyFile(keys, key, next)
      return (key === 'attestation' ? attestationKeyFile : logKeyFile)(keys, async () => next)
    }
    const rotated = await rotateKey(ports, key, makeNext, number)
    const chains = await readKeyChains(ports)
    const ceremony: Ceremony = { kind: 'changed', ...rotated }
    await record({ ceremony, chains, protection: placesOfFiles(place), at: now() }, isAgain)
    await removeKeyChange(keyChange)
  } finally {
    await close()
  }
}

export function placesOfFiles({ cwd, state }: Machine): Protection {
  const { keys } = stateDirectory(resolve(cwd, state))
  const file = `a file in \`${keys}\`, readable by its owner only (0600)`
  return { attestation: file, log: file, case: file }
}

const now = () => new Date().toISOString()
