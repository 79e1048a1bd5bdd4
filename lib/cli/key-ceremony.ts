import { resolve } from 'node:path'
import type { KeyChains, KeyKind } from '../attestation/key-chain.ts'
import { KeyUnsafe } from '../errors.ts'
import { attestationKeyFile, hasKeyFiles, logKeyFile, makeKeyFile } from '../local/key-files.ts'
import { isStateDirectory, stateDirectory } from '../local/state-directory.ts'
import { readKeyChains } from '../pipeline/key-chains.ts'
import { rotateKey } from '../pipeline/rotate-key.ts'
import type { Ceremony, Protection } from './ceremony-record.ts'
import type { Place } from './deployment.ts'
import { openEmbedded } from './embedded.ts'

type Machine = Extract<Place, { kind: 'machine' }>
type Done = { ceremony: Ceremony; chains: KeyChains; protection: Protection; caseKey?: Uint8Array; at: string }

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

/** Changes a key of a state directory on which no run is under way. @throws KeyUnsafe @throws RunBusy @throws NotKnown */
export async function rotateKeyFile(place: Machine, key: KeyKind): Promise<Done> {
  const { keys } = stateDirectory(resolve(place.cwd, place.state))
  const { ports, close } = await openEmbedded({ ...place, exclusive: true })
  try {
    const rotated = await rotateKey(ports, key, async (number) => {
      await makeKeyFile(keys, key, number)
      return (key === 'attestation' ? attestationKeyFile : logKeyFile)(keys, async () => number)
    })
    const chains = await readKeyChains(ports)
    return { ceremony: { kind: 'changed', ...rotated }, chains, protection: placesOfFiles(place), at: now() }
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
