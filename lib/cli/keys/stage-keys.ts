import type { KeyKind } from '../../attestation/key-chain.ts'
import { KeyUnsafe } from '../../errors.ts'
import { readKeyChains } from '../../pipeline/keys/key-chains.ts'
import { type Deployment, type Place, withDeployment } from '../deployment.ts'
import type { Protection } from './ceremony-record.ts'
import { changeKey, readChange } from './change-key.ts'
import type { Done } from './key-ceremony.ts'

type Stage = Extract<Place, { kind: 'aws' }>

/**
 * The keys of a stage are made by its deployment; the ceremony is to look at them before anything is signed, and to have that recorded.
 * @throws KeyUnsafe when the log has entries already: others may rely on them
 */
export function readFirstKeys(place: Stage): Promise<Done> {
  return withDeployment(place, {}, async ({ ports, words }) => {
    if ((await ports.ledger.head()).size > 0)
      throw new KeyUnsafe(
        `keys init: expected a log without entries, got some: \`odv keys show${words.options} --record FILE\` writes the record of its keys`,
      )
    const chains = await readKeyChains(ports)
    return { ceremony: { kind: 'made' }, chains, protection: placesInKms(words), at: now() }
  })
}

/**
 * Has the last key of a kind that is deployed take over the duty, change by change where there are several. Repeating it makes no change that
 * nobody deployed a key for: it finishes the last one, and records it again. Who died on the way may not have had a record.
 * @throws KeyUnsafe when no key was ever deployed beside the first @throws under the name of what failed there
 */
export async function rotateStageKey(
  deployment: Deployment,
  key: KeyKind,
  signal: AbortSignal,
  record: (done: Done, note?: string) => Promise<void>,
): Promise<boolean> {
  const { ports, words } = deployment
  const { length } = (await readKeyChains(ports))[key]
  const isNext = (number: number) => deployment.hasKey(key, number + 1)
  const isAgain = !(await isNext(length))
  if (isAgain && length === 1)
    throw new KeyUnsafe(
      `keys rotate ${key}: expected a second ${key} key: raise params.${key}Keys in serverless.yml and deploy`,
    )
  let number = isAgain ? length - 1 : length
  for (; ; number += 1) {
    if (!(await changeKey(deployment, { key, number }, signal))) return false
    if (!(await isNext(number + 1))) break
  }
  const { changed, chains } = await readChange(ports, key, number)
  const done: Done = { ceremony: { kind: 'changed', ...changed }, chains, protection: placesInKms(words), at: now() }
  await record(done, isAgain ? `no further ${key} key is deployed: this is the last change, recorded again` : undefined)
  return true
}

export function placesInKms({ options }: Deployment['words']): Protection {
  const stage = options.trim()
  const inKms = (name: string) =>
    `KMS, in the account of the stage (${stage}): it cannot be copied; as deployed, the function \`${name}\` alone may sign with it`
  return {
    attestation: inKms('attest'),
    log: inKms('sign-checkpoint'),
    case: `the evidence bucket, wrapped by KMS (${stage})`,
    old: 'that the old key is disabled in KMS, and who can enable it again',
  }
}

const now = () => new Date().toISOString()
