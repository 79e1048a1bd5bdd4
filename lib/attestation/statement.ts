import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { FormatInvalid } from '../errors.ts'
import { type Phase, type Statement, statementSchema } from './statement-schema.ts'

export type * from './statement-schema.ts'

/** The payload of an envelope. @throws FormatInvalid naming every bad field, without its value. */
export function formatStatement(value: Statement): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(checked(value)))
}

/** Accepts exactly the bytes that `formatStatement` gives for the same statement. @throws FormatInvalid */
export function parseStatement(payload: Uint8Array): Statement {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload))
  } catch {
    // The cause would quote the text.
    throw new FormatInvalid('statement: expected JSON in UTF-8, got other bytes')
  }
  const parsed = checked(value)
  if (!isDeepStrictEqual(formatStatement(parsed), new Uint8Array(payload)))
    throw new FormatInvalid('statement: expected JSON without whitespace and its keys in order, got another form')
  return parsed
}

/**
 * What the statement says, whenever and by whatever build it was made: SHA-256 in hex of it without times, build, and how it was signed. What one
 * build reserved is appended by the next.
 */
export function claimOf(value: Statement): string {
  const statement = checked(value)
  const { times: _, tool, ...said } = statement.predicate
  const { version: _version, buildSha256: _build, sourceCommit: _commit, ...rest } = tool
  const { environment: _environment, signer: _signer, ...predicate } = { environment: 0, signer: 0, ...said }
  return hash('sha256', JSON.stringify({ ...statement, predicate: { ...predicate, tool: rest } }), 'hex')
}

/** Which attestation of a run this is; there is one statement for each identity. SHA-256 in hex. */
export function identityOf(
  runId: string,
  storeId: string | undefined,
  pass: number | undefined,
  phase: Phase,
  part = '',
): string {
  return hash('sha256', JSON.stringify([runId, storeId ?? null, pass ?? null, phase, part]), 'hex')
}

/** One key has one successor: the transitions of a kind are counted, and there is one statement for each number. */
export function identityOfTransition(key: 'attestation' | 'log', number: number): string {
  return identityOf('', undefined, undefined, 'key-transition', `${key}-${number}`)
}

export function identityOfStatement({ predicate }: Statement): string {
  if (predicate.phase === 'key-transition') return identityOfTransition(predicate.key, predicate.number)
  if (predicate.phase === 'correction')
    return identityOf(predicate.runId, undefined, undefined, 'correction', String(predicate.corrects.entry))
  const { runId, phase } = predicate
  const storeId = 'storeId' in predicate ? predicate.storeId : undefined
  const pass = 'pass' in predicate ? predicate.pass : undefined
  return identityOf(runId, storeId, pass, phase)
}

function checked(value: unknown): Statement {
  const parsed = statementSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'top level'}: ${code}`)
  throw new FormatInvalid(`statement: ${fields.join(', ')}`)
}
