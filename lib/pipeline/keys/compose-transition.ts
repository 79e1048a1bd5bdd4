import { parseEnvelope } from '../../attestation/envelope.ts'
import type { KeyChains, KeyKind } from '../../attestation/key-chain.ts'
import { parseStatement, type Statement } from '../../attestation/statement.ts'
import { keyTransitionStatement } from '../../attestation/to-key-transition.ts'
import { KeyUnsafe } from '../../errors.ts'
import type { Ledger, Ports } from '../../ports.ts'
import type { ChainPorts } from './key-chains.ts'

/** A change of a key: the how many-th of its kind, from 1; `at`: when it was begun (RFC 3339). */
export type KeyChange = { key: KeyKind; number: number; at: string }

export type ComposePorts = ChainPorts & Pick<Ports, 'tool'> & { ledger: Pick<Ledger, 'find' | 'head' | 'entries'> }

/**
 * The statement of the next change of a kind. Whoever signs it makes it from what they see themselves: of the others
 * they need the time alone. @throws KeyUnsafe when another change is the next one, or there is no key for it
 */
export async function composeTransition(
  ports: ComposePorts,
  chains: KeyChains,
  { key, number, at }: KeyChange,
): Promise<Statement> {
  const chain = chains[key]
  if (number !== chain.length)
    throw new KeyUnsafe(`rotate key: ${key} key: expected change ${chain.length} to be the next, got ${number}`)
  const keys = { attestation: ports.attestationSigner, log: ports.logSigner }[key]
  return keyTransitionStatement({
    organization: await organizationOf(ports.ledger),
    key,
    number,
    from: chain.at(-1)!.pem,
    to: await keys.numbered(number + 1).publicKey(),
    tool: ports.tool,
    createdAt: new Date(at).toISOString(),
  })
}

/** Whose log it is, as its last statement says. */
async function organizationOf(ledger: ComposePorts['ledger']): Promise<string> {
  const { size } = await ledger.head()
  for await (const { envelope } of ledger.entries(Math.max(0, size - 1), size))
    return new URL(parseStatement(parseEnvelope(envelope).payload).predicateType).hostname
  return 'odv.example'
}
