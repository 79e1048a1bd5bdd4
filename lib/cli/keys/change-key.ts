import { parseEnvelope } from '../../attestation/envelope.ts'
import { type ChainKey, type KeyChains, type KeyKind, logKeyAt } from '../../attestation/key-chain.ts'
import { identityOfTransition, parseStatement } from '../../attestation/statement.ts'
import { EvidenceMissing, OdvError } from '../../errors.ts'
import { verifyCheckpoint } from '../../log/checkpoint.ts'
import { originOf } from '../../log/origin.ts'
import { readKeyChains } from '../../pipeline/keys/key-chains.ts'
import type { Deployment } from '../deployment.ts'

/** A change that is done: the entry of its transition, and the keys (PEM). `size`: of the first checkpoint that covers it. */
export type Changed = { key: KeyKind; number: number; seq: number; at: string; from: string; to: string; size: number }

/** What a change failed with, under the name that it had where it failed. */
class ChangeFailed extends OdvError {
  override readonly name: string
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** Has the state machine make a change, or finish it. `false`: nobody waited for its end. @throws under the name of what failed */
export async function changeKey(
  deployment: Pick<Deployment, 'execute'>,
  change: { key: KeyKind; number: number },
  signal: AbortSignal,
): Promise<boolean> {
  const name = `rotate-${change.key}-${change.number}-${Date.now()}`
  const ended = await deployment.execute('rotate-key', name, change, { signal, wait: true, onEvent() {} })
  if (ended.status === 'failed') throw new ChangeFailed(ended.error, ended.message)
  if (ended.status === 'lost') throw ended.error
  return ended.status === 'succeeded'
}

/** A change that the log has under a checkpoint. @throws EvidenceMissing while no checkpoint covers it @throws ProofInvalid */
export async function readChange(
  ports: Deployment['ports'],
  key: KeyKind,
  number: number,
): Promise<{ changed: Changed; chains: KeyChains }> {
  const chains = await readKeyChains(ports)
  const [from, to] = chains[key].slice(number - 1) as [ChainKey, ChainKey]
  const seq = from.until!
  const checkpoint = (await ports.ledger.checkpoints()).find(({ size }) => size > seq)
  if (checkpoint === undefined)
    throw new EvidenceMissing(`keys rotate: entry ${seq}: expected a checkpoint that covers it, got none`)
  const { size, note } = checkpoint
  const signers = key === 'log' ? [from.pem, logKeyAt(chains, size)] : [logKeyAt(chains, size)]
  for (const publicKeyPem of signers) verifyCheckpoint(note, { origin: originOf(chains.log[0]!.pem), publicKeyPem })
  const reserved = await ports.ledger.find(identityOfTransition(key, number))
  const { times } = parseStatement(parseEnvelope(reserved!.envelope).payload).predicate
  return { changed: { key, number, seq, at: times.statementCreatedAt, from: from.pem, to: to.pem, size }, chains }
}
