import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { People, Retention } from '../config.ts'
import { EvidenceConflict } from '../errors.ts'
import type { KeyProtection, Predicate, Statement } from './statement.ts'

/** Which program made a statement; see `section-schema.ts`. */
export type Tool = {
  name: string
  version: string
  buildSha256?: string | undefined
  sourceCommit?: string | undefined
}

export type ScopeManifest = { sha256: string; party?: string; receivedAt?: string }

/**
 * What all statements of a run share. `scope` is absent only when no manifest could be read. `keyCommitment` is the
 * SHA-256 of the case key. `limitations` say in plain words what is not proven and which forms and containers are read.
 * `createdAt` is the only field that may differ when the same statement is made again.
 */
export type StatementContext = {
  organization: string
  runId: string
  scope?: { subjects: number; scopeRoot?: string; manifest: ScopeManifest; keyCommitment: string }
  tool: Tool & { configSha256: string }
  /** Statements of before this was said lack both; on one machine there is no `execution`. */
  execution?: string
  keyProtection?: KeyProtection
  people?: People
  retention?: Retention
  limitations: readonly string[]
  createdAt: string
}

/** The document that a statement vouches for: its exact bytes as they are stored. `name` holds no identifier. */
export type VouchedDocument = { name: string; body: Uint8Array }

export function predicateTypeOf(organization: string): string {
  return `https://${organization}/deletion-verification/v1`
}

export function toStatement(
  { organization }: StatementContext,
  document: VouchedDocument,
  predicate: Predicate,
): Statement {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: document.name, digest: { sha256: hash('sha256', document.body, 'hex') } }],
    predicateType: predicateTypeOf(organization),
    predicate,
  }
}

export function headOf({ runId }: StatementContext) {
  return { schemaVersion: 1 as const, runId }
}

/** What is optional in it is absent and never undefined. */
export const toolOf = ({ name, version, buildSha256, sourceCommit }: Tool) => ({
  name,
  version,
  ...(buildSha256 !== undefined && { buildSha256 }),
  ...(sourceCommit !== undefined && { sourceCommit }),
})

export function tailOf(context: StatementContext) {
  const { limitations, tool, execution, keyProtection, people, retention, createdAt } = context
  return {
    limitations: [...limitations],
    tool: { ...toolOf(tool), configSha256: tool.configSha256 },
    ...(people && { people }),
    ...(execution !== undefined && { environment: { execution } }),
    ...(keyProtection !== undefined && { signer: { keyProtection } }),
    times: { statementCreatedAt: createdAt },
    ...(retention && { retention }),
  }
}

/**
 * A statement speaks of the document that is stored: the first one that was written, not one that was computed later.
 * @throws EvidenceConflict unless the document is the JSON of the model.
 */
export function requireSame({ body }: VouchedDocument, model: unknown): void {
  let stored: unknown
  try {
    stored = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw new EvidenceConflict('statement: document: expected JSON, got other bytes')
  }
  if (!isDeepStrictEqual(stored, JSON.parse(JSON.stringify(model))))
    throw new EvidenceConflict('statement: document: expected the one that the statement is made from, got another')
}
