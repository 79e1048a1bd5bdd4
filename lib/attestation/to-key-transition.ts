import { hash } from 'node:crypto'
import type { Signer } from '../ports.ts'
import { type EnvelopeSignature, paeOf } from './envelope.ts'
import { fingerprintOf, type KeyKind, type KeyTransition, publicKeyOf } from './key-chain.ts'
import { formatStatement, type Statement } from './statement.ts'
import { predicateTypeOf, type Tool, toolOf } from './statement-context.ts'

/** What no transition can show. */
const limitations = [
  'Whoever held all keys that signed this statement made it. Who holds them, and that nobody else does, is for the record of the key ceremony to say.',
]

/** That a key gives its duty to another one. Its document says the same, and nothing else. */
export function keyTransitionStatement({
  organization,
  key,
  number,
  from,
  to,
  tool,
  createdAt,
}: {
  organization: string
  key: KeyKind
  number: number
  /** PEM. */
  from: string
  to: string
  tool: Tool
  createdAt: string
}): Statement {
  const predicate: KeyTransition = {
    schemaVersion: 1,
    phase: 'key-transition',
    result: 'not-applicable',
    key,
    number,
    from: publicKeyOf(key, from),
    to: publicKeyOf(key, to),
    limitations,
    tool: toolOf(tool),
    times: { statementCreatedAt: createdAt },
  }
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: transitionName(predicate), digest: { sha256: hash('sha256', transitionDocument(predicate), 'hex') } },
    ],
    predicateType: predicateTypeOf(organization),
    predicate,
  }
}

export function transitionName({ key, number }: KeyTransition): string {
  return `keys/transitions/${key}-${number}.json`
}

/** The document of a transition follows from its statement, so it is kept nowhere. */
export function transitionDocument({ schemaVersion, key, number, from, to }: KeyTransition): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ schemaVersion, key, number, from, to }, null, 1)}\n`)
}

/** What one of the keys that it takes says under the statement of a transition. */
export async function signTransition(statement: Statement, kind: KeyKind, signer: Signer): Promise<EnvelopeSignature> {
  const keyid = fingerprintOf(kind, await signer.publicKey())
  return { keyid, signature: await signer.sign(paeOf(formatStatement(statement))) }
}
