import { hash } from 'node:crypto'
import { limitationsOf, limitationsOfRun, limitationsOfStore } from '../attestation/limitations.ts'
import type { Statement } from '../attestation/statement.ts'
import type { StatementContext, VouchedDocument } from '../attestation/statement-context.ts'
import { runSummaryStatement } from '../attestation/to-run-summary.ts'
import {
  acknowledgementStatement,
  requestStatement,
  scanStatement,
  scopeStatement,
  verificationStatement,
} from '../attestation/to-statement.ts'
import { type Config, formsOf, hashedFormsOf, manifestFromOf, type StoreConfig, unprovenFormsOf } from '../config.ts'
import { formatNames } from '../decode/formats.ts'
import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import { sliceBytes } from '../inventory/call-capacity.ts'
import type { Coverage } from '../inventory/coverage.ts'
import { type CaseRule, isCased, type Shape } from '../manifest/identifier.ts'
import type { EventDetails, Ports, PublicKeys } from '../ports.ts'
import { formNames, summariesOf } from '../scan/forms/form-names.ts'
import { hashedSummariesOf } from '../subject-index/hashed-forms.ts'
import { decideVerdict } from '../verdict/decide-verdict.ts'
import type { StoreReport } from '../verdict/store-report.ts'
import type { RunSummary } from './close-run.ts'
import { toStoreSection } from './decide-verdict.ts'
import { readDocument, readIfThere, readRunConfig, readRunStore, readStoreReport } from './evidence/documents.ts'
import { passKey, runKey, storeKey } from './evidence/evidence-keys.ts'
import { readCopies } from './evidence/read-copies.ts'
import { appendTransition } from './keys/append-transition.ts'
import { appendAttestation } from './log/append-attestation.ts'
import { requireInOrder } from './log/require-in-order.ts'
import { requireOpen } from './log/require-not-over.ts'
import { composeCorrection } from './propose-correction.ts'
import { readRestored } from './restore-archived.ts'
import { attestInput, parseInput } from './task-input.ts'

type AttestPorts = Pick<
  Ports,
  'clock' | 'evidence' | 'ledger' | 'attestationSigner' | 'events' | 'tool' | 'keyProtection' | 'executionOf'
> & {
  logSigner: PublicKeys
}
type AttestInput = Exclude<ReturnType<typeof parseInput<typeof attestInput>>, { phase: 'key-transition' }>

/**
 * Makes the statement of one phase from the documents in the evidence, signs it and appends it to the log, once. A verdict
 * is told to others after it is in the log: whoever hears of it can rely on it, and whoever repeats the task after a crash
 * or a lost event tells it again under the same id.
 */
export async function attest(ports: AttestPorts, input: unknown): Promise<{ seq: number }> {
  const parsed = parseInput('attest', attestInput, input)
  if (parsed.phase === 'key-transition') return appendTransition(ports, parsed)
  const statement = await composeStatement(ports, parsed)
  await requireOpen(ports, statement)
  // Of 400 stores one after the other a call has no time for.
  await Promise.all(datedStoresOf(statement).map((each) => requireInOrder(ports, each, each.at)))
  const { seq } = await appendAttestation(ports, statement)
  if (parsed.phase === 'verification') {
    const key = storeKey(parsed.runId, parsed.storeId, 'report.json')
    await ports.events.publish('odv.verdict', verdictEvent(await readStoreReport(ports, key), seq))
  }
  return { seq }
}

/** The stores of which a statement may be signed only if it is dated behind what it stands on. */
function datedStoresOf({ predicate }: Statement) {
  switch (predicate.phase) {
    case 'scan':
      return [{ ...predicate, at: predicate.times.statementCreatedAt }]
    case 'verification':
      return predicate.result === 'verified' ? [{ ...predicate, at: predicate.times.statementCreatedAt }] : []
    case 'run-summary': {
      const { runId, phase, stores, times } = predicate
      const verified = stores.filter(({ result }) => result === 'verified')
      return verified.map(({ storeId }) => ({ runId, storeId, phase, at: times.statementCreatedAt }))
    }
    default:
      return []
  }
}

function verdictEvent(report: StoreReport, seq: number): EventDetails['odv.verdict'] {
  const { runId, passes, store } = report
  const { verdict, reasons } = decideVerdict(report)
  const last = passes.at(-1)
  return {
    id: `${runId}-${store.storeId}-verdict`,
    runId,
    storeId: store.storeId,
    verdict,
    seq,
    reasons: reasons.length,
    counts: {
      versions: last?.inventory.versions ?? 0,
      found: last?.found.versions ?? 0,
      unverified: last?.unverified.reduce((sum, { versions }) => sum + versions, 0) ?? 0,
      findings: last?.findings ?? 0,
      subjects: last?.subjects ?? 0,
    },
  }
}

async function composeStatement(ports: AttestPorts, input: AttestInput): Promise<Statement> {
  if (input.phase === 'correction') return composeCorrection(ports, input)
  const general = await readContext(ports, input.runId)
  const context = { ...general, limitations: [...general.limitations, ...(await limitationsOfInput(ports, input))] }
  switch (input.phase) {
    case 'scope': {
      const { stores } = await readRunConfig(ports, input.runId)
      const document = await readVouched(ports, runKey(input.runId, 'scope.json'))
      return scopeStatement(context, {
        stores: stores.map(({ id, country }) => ({ storeId: id, ...(country !== undefined && { country }) })),
        document,
      })
    }
    case 'scan': {
      const key = passKey(input, 'coverage.json')
      const { config, store } = await readRunStore(ports, input.runId, input.storeId)
      return scanStatement(context, {
        store: toStoreSection(config, store),
        pass: input.pass,
        coverage: await readDocument<Coverage>(ports, key),
        document: await readVouched(ports, key),
      })
    }
    case 'deletion-request': {
      const key = passKey(input, 'request.json')
      const { config, store } = await readRunStore(ports, input.runId, input.storeId)
      return requestStatement(context, {
        store: toStoreSection(config, store),
        request: await readDocument<DeletionRequest>(ports, key),
        document: await readVouched(ports, key),
      })
    }
    case 'deletion-ack': {
      const key = passKey(input, 'acknowledgement.json')
      const { config, store } = await readRunStore(ports, input.runId, input.storeId)
      return acknowledgementStatement(context, {
        store: toStoreSection(config, store),
        request: await readDocument<DeletionRequest>(ports, passKey(input, 'request.json')),
        acknowledgement: await readDocument<Acknowledgement>(ports, key),
        document: await readVouched(ports, key),
      })
    }
    case 'verification': {
      const key = storeKey(input.runId, input.storeId, 'report.json')
      const report = await readStoreReport(ports, key)
      return verificationStatement(context, {
        report,
        decision: decideVerdict(report),
        document: await readVouched(ports, key),
      })
    }
    case 'run-summary': {
      const key = runKey(input.runId, 'summary.json')
      const { planned, verdicts, failure, subjects } = await readDocument<RunSummary>(ports, key)
      return runSummaryStatement(context, {
        planned,
        verdicts,
        ...(failure && { failure }),
        ...(subjects && { subjects }),
        document: await readVouched(ports, key),
      })
    }
    default:
      return input satisfies never
  }
}

async function readContext(ports: AttestPorts, runId: string): Promise<StatementContext> {
  const configKey = runKey(runId, 'config.json')
  const config = (await ports.evidence.has(configKey)) ? await readRunConfig(ports, runId) : undefined
  const scope = await readIfThere<{
    manifest: { sha256: string; subjects: number; isPadded?: boolean }
    scopeRoot: string
    keyCommitment: string
    matcher: { caseRule: CaseRule; shapes: { shape: Shape }[] }
  }>(ports, runKey(runId, 'scope.json'))
  return {
    organization: config?.organization ?? 'odv.example',
    runId,
    ...(scope && {
      scope: {
        subjects: scope.manifest.subjects,
        scopeRoot: scope.scopeRoot,
        manifest: { sha256: scope.manifest.sha256, ...(config && manifestFromOf(config)) },
        keyCommitment: scope.keyCommitment,
      },
    }),
    tool: {
      ...ports.tool,
      configSha256: hash('sha256', config ? await ports.evidence.get(configKey) : new Uint8Array(), 'hex'),
    },
    ...(ports.executionOf && { execution: ports.executionOf(runId) }),
    keyProtection: ports.keyProtection,
    ...(config?.people && { people: config.people }),
    ...(config?.retention && { retention: config.retention }),
    limitations: limitationsOf({
      containers: formatNames,
      sliceBytes,
      isPadded: scope?.manifest.isPadded === true,
      isExact: scope?.matcher.caseRule === 'exact' && scope.matcher.shapes.some(({ shape }) => isCased(shape)),
      ...formsOfRun(config),
    }),
    createdAt: ports.clock().toISOString(),
  }
}

/** What holds for the run, or for the store of a statement: of the pass that it is about, or of all of them. */
async function limitationsOfInput(ports: AttestPorts, input: AttestInput): Promise<string[]> {
  if (!(await ports.evidence.has(runKey(input.runId, 'config.json')))) return []
  const config = await readRunConfig(ports, input.runId)
  const passes = 'pass' in input ? [input.pass] : Array.from({ length: config.passes }, (_, pass) => pass)
  const copiesOf = (store: StoreConfig) => readCopies(ports.evidence, store, { runId: input.runId, config, passes })
  if (!('storeId' in input)) {
    const told = input.phase === 'run-summary' ? config.stores : []
    const copies = await Promise.all(told.map(async (store) => ({ storeId: store.id, ...(await copiesOf(store)) })))
    return limitationsOfRun({ leftOut: config.leftOut ?? [], copies })
  }
  const store = config.stores.find(({ id }) => id === input.storeId)
  if (store === undefined) return []
  const restores: Parameters<typeof limitationsOfStore>[0]['restores'][number][] = []
  for (const pass of passes) {
    const restored = await readRestored(ports.evidence, { runId: input.runId, storeId: input.storeId, pass })
    if (restored) restores.push({ pass, ...restored })
  }
  return limitationsOfStore({
    isBucket: store.s3 !== undefined,
    allTags: store.s3?.allTags === true,
    picturesMayBeClean: store.picturesMayBeClean === true,
    copies: await copiesOf(store),
    restores,
  })
}

/** In which forms identifiers were looked for, and in which not, in words. */
function formsOfRun(config: Config | undefined) {
  const chosen = config ? formsOf(config) : []
  return {
    forms: summariesOf(chosen),
    hashed: config ? hashedSummariesOf(hashedFormsOf(config)) : [],
    unproven: config ? hashedSummariesOf(unprovenFormsOf(config)) : [],
    left: summariesOf(formNames.filter((name) => !chosen.includes(name))),
  }
}

async function readVouched({ evidence }: Pick<Ports, 'evidence'>, key: string): Promise<VouchedDocument> {
  return { name: key, body: await evidence.get(key) }
}
