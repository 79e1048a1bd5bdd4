import { hash } from 'node:crypto'
import { isTransition, type KeyChains } from '../../attestation/key-chain.ts'
import { parseStatement, type Statement } from '../../attestation/statement.ts'
import { ProofInvalid } from '../../errors.ts'
import { envelopePath } from '../bundle-paths.ts'
import { documentKindOf, documentNameOf } from '../document-of-phase.ts'
import { at, type Checked } from '../run-check.ts'
import type { Layout } from './layout.ts'

/** An attestation whose signature holds, with the bytes of the document that it is said to vouch for. */
export type Attested = { seq: number; envelopeSha256: string; statement: Statement; document: Uint8Array }

/**
 * Every payload is a statement that we would write, about the document that belongs to its phase, run, store and pass.
 * A strict schema is what keeps a reader from seeing less in a statement than was signed.
 */
export function checkStatements(
  layout: Layout,
  { chains }: { chains: KeyChains },
  payloads: readonly Uint8Array[],
): Checked<Attested[]> {
  const attested = layout.attestations.map(({ seq, kind, envelope, document }, i) =>
    at(envelopePath(seq), () => {
      const statement = parseStatement(payloads[i]!)
      const { predicate, subject } = statement
      if (subject[0]!.name !== documentNameOf(predicate))
        throw new ProofInvalid('in-toto subject: name: expected the document of its phase, got another')
      if (kind !== documentKindOf(predicate.phase))
        throw new ProofInvalid(`document: expected a ${documentKindOf(predicate.phase)} beside it, got a ${kind}`)
      if ('environment' in predicate && !predicate.environment?.execution.endsWith(`:${predicate.runId}`))
        throw new ProofInvalid('environment: execution: expected the one that is the run, got another')
      if (predicate.phase === 'key-transition' && !isTransition(chains, seq))
        throw new ProofInvalid('key transition: expected it to be signed by both keys, got one signature')
      return { seq, envelopeSha256: hash('sha256', envelope, 'hex'), statement, document }
    }),
  )
  return { count: attested.length, value: attested }
}
