import { logKeyAt } from '../attestation/key-chain.ts'
import { KeyUnsafe } from '../errors.ts'
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts'
import { originOf } from '../log/origin.ts'
import type { Anchor, KeyRetirement } from '../ports.ts'
import { type ChainPorts, readKeyChains } from './keys/key-chains.ts'
import { parseInput, retireInput } from './task-input.ts'

export type RetirePorts = ChainPorts & { anchor: Pick<Anchor, 'latest'>; keyRetirement: KeyRetirement }

/**
 * Takes a key that gave its duty to another one out of use, and those before it: what they could still sign would be the log of somebody who
 * hides the change. Not before an anchored checkpoint covers the change, since until then it has to sign. Nobody asks for their public halves any more: the log
 * has them. Durable steps: each `retire`, which may be repeated.
 * @throws KeyUnsafe when the key is in force, or no anchored checkpoint covers the change
 */
export async function retireKey(ports: RetirePorts, input: unknown): Promise<{ retired: 'disabled' | 'left' }> {
  const { key, number } = parseInput('retire-key', retireInput, input)
  const chains = await readKeyChains(ports)
  const until = chains[key][number - 1]?.until
  if (until === undefined)
    throw new KeyUnsafe(`retire key: ${key} key ${number}: expected one that gave its duty to another, got none`)
  const note = await ports.anchor.latest()
  const { size } = note === undefined ? { size: 0 } : parseCheckpoint(note)
  if (note === undefined || size <= until)
    throw new KeyUnsafe(`retire key: ${key} key ${number}: expected an anchored checkpoint of the change, got none`)
  verifyCheckpoint(note, { origin: originOf(chains.log[0]!.pem), publicKeyPem: logKeyAt(chains, size) })
  for (let before = 1; before < number; before += 1) await ports.keyRetirement.retire(key, before)
  return { retired: await ports.keyRetirement.retire(key, number) }
}
