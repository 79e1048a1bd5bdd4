import { formatBase64 } from '../../attestation/base64.ts'
import { signTransition } from '../../attestation/to-key-transition.ts'
import type { LogSigner } from '../../ports.ts'
import { type ComposePorts, composeTransition, type KeyChange } from './compose-transition.ts'
import { readKeyChains } from './key-chains.ts'

export type VouchPorts = Omit<ComposePorts, 'logSigner'> & { logSigner: LogSigner }

/** What the two log keys of a change say under its statement, in base64. */
export type Vouched = { old: string; next: string }

/**
 * Signs that the log key in force gives its duty to the next one, with both. It stores nothing: whoever attests appends it. Ed25519
 * is deterministic, so repeating it gives the same. `null`: the change is in the log.
 * @throws KeyUnsafe when another change is the next one, or there is no key for it
 */
export async function vouchForLogKey(
  ports: VouchPorts,
  { number, at }: Omit<KeyChange, 'key'>,
): Promise<{ vouched: Vouched | null }> {
  const chains = await readKeyChains(ports)
  if (number < chains.log.length) return { vouched: null }
  const statement = await composeTransition(ports, chains, { key: 'log', number, at })
  const say = async (which: number) =>
    formatBase64((await signTransition(statement, 'log', ports.logSigner.numbered(which))).signature)
  return { vouched: { old: await say(number), next: await say(number + 1) } }
}
