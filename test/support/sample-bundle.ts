import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import { formatEnvelope, keyFingerprint, paeOf, parseEnvelope } from '../../lib/attestation/envelope.ts'
import { type ChainKey, chainsAt, fingerprintOf, type KeyKind } from '../../lib/attestation/key-chain.ts'
import { formatStatement, type Statement } from '../../lib/attestation/statement.ts'
import type { StatementContext } from '../../lib/attestation/statement-context.ts'
import { keyTransitionStatement, transitionDocument } from '../../lib/attestation/to-key-transition.ts'
import {
  decideRun,
  runSummaryStatement,
  type StoreVerdict,
  type SubjectsSummary,
} from '../../lib/attestation/to-run-summary.ts'
import {
  acknowledgementStatement,
  requestStatement,
  scanStatement,
  scopeStatement,
  verificationStatement,
} from '../../lib/attestation/to-statement.ts'
import { OdvError } from '../../lib/errors.ts'
import { type BundleEntry, layOutEvidence } from '../../lib/export/build-bundle.ts'
import { bundlePaths, sigstorePath } from '../../lib/export/bundle-paths.ts'
import { scopeOf } from '../../lib/export/checks/leak-gate.ts'
import { attestationKeyFingerprint } from '../../lib/export/key-fingerprint.ts'
import {
  aboutTheGate,
  coveredBy,
  formatGateDocument,
  type GateDocument,
  gateForms,
  parseGateDocument,
} from '../../lib/export/leak-gate/gate-document.ts'
import type { LeftOutTimestamp } from '../../lib/export/left-out.ts'
import { formatManifestFile } from '../../lib/export/manifest-file.ts'
import { type Filing, readFiling } from '../../lib/export/read-filing.ts'
import { companionsOf } from '../../lib/export/report/companions.ts'
import { formatSigstoreBundle } from '../../lib/export/sigstore.ts'
import type { Coverage } from '../../lib/inventory/coverage.ts'
import { addSignature, formatCheckpointText, joinSignature } from '../../lib/log/checkpoint.ts'
import { leafHash, rootAt, treeOf } from '../../lib/log/merkle.ts'
import { originOf } from '../../lib/log/origin.ts'
import type { KeptTimestamp } from '../../lib/timestamp/kept-timestamp.ts'
import { lastInventoriesOf } from '../../lib/verdict/decide-subject.ts'
import { decideVerdict, type Verdict } from '../../lib/verdict/decide-verdict.ts'
import type { OpenVersion, StoreReport } from '../../lib/verdict/store-report.ts'
import {
  acknowledgement,
  cleanCoverage,
  context,
  digest,
  documentOf,
  foundCoverage,
  machineArn,
  request,
  store,
} from './sample-run.ts'

/** A bundle as it is handed over, path by path. */
export type Files = Map<string, Uint8Array>

export type KeyPair = { publicPem: string; privateKey: KeyObject }
export type SampleKeys = { attestation: KeyPair; log: KeyPair }

export function sampleKeys(): SampleKeys {
  const pair = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) => ({
    publicPem: publicKey.export({ format: 'pem', type: 'spki' }) as string,
    privateKey,
  })
  return {
    attestation: pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    log: pair(generateKeyPairSync('ed25519')),
  }
}

export const pinsOf = ({ attestation, log }: SampleKeys) => [attestation.publicPem, log.publicPem]

/** A log that signs whatever it is given, as a dishonest holder of both keys could. */
export function sampleLog(first: SampleKeys) {
  const entries: BundleEntry[] = []
  const checkpoints: { size: number; note: string }[] = []
  const origin = originOf(first.log.publicPem)
  /** What signs now, and which keys were in force where. */
  const keys = { ...first }
  const chains = {
    attestation: [{ pem: first.attestation.publicPem }] as ChainKey[],
    log: [{ pem: first.log.publicPem }] as ChainKey[],
  }
  /** Log keys that sign the next checkpoint as well. */
  let retiring: KeyPair[] = []
  const leafHashes = () => entries.map(({ envelope }) => leafHash(envelope))
  return {
    entries,
    checkpoints,
    /** Signs and logs a statement about the document, whose digest it gets. */
    attest(statement: Statement, model: unknown): { seq: number; envelopeSha256: string } {
      return this.attestBytes(statement, documentOf('', model).body)
    },
    attestBytes(statement: Statement, body: Uint8Array) {
      const sha256 = hash('sha256', body, 'hex')
      const subject = [{ name: statement.subject[0]!.name, digest: { sha256 } }]
      return this.log(formatStatement({ ...statement, subject }), statement.predicate.phase, body)
    },
    /** Signs and logs any payload. */
    log(payload: Uint8Array, phase: BundleEntry['phase'], document: Uint8Array) {
      const signature = signatureOf(keys.attestation, paeOf(payload))
      const envelope = formatEnvelope({ payload, keyid: keyFingerprint(keys.attestation.publicPem), signature })
      entries.push({ seq: entries.length, phase, envelope, document })
      return { seq: entries.length - 1, envelopeSha256: hash('sha256', envelope, 'hex') }
    },
    /**
     * Gives the duty of a key to another one: both sign it, or those that `signers` makes of them. `keep`: it is logged, and
     * the old key goes on signing.
     */
    rotate(
      key: KeyKind,
      next: KeyPair,
      { signers = (all) => all, keep = false, change = (statement) => statement }: RotateOptions = {},
    ): Statement {
      const number = chains[key].length
      const [from, to] = [keys[key].publicPem, next.publicPem]
      const statement = change(
        keyTransitionStatement({ organization: 'example.com', key, number, from, to, ...transitionBy }),
      )
      const payload = formatStatement(statement)
      const all = key === 'attestation' ? [keys.attestation, next] : [keys.attestation, keys.log, next]
      const [one, ...further] = signers(all).map((pair) => ({
        keyid: fingerprintOf(pair.privateKey.asymmetricKeyType === 'ec' ? 'attestation' : 'log', pair.publicPem),
        signature: signatureOf(pair, paeOf(payload)),
      }))
      const envelope = formatEnvelope({ payload, ...one!, ...(further.length > 0 && { further }) })
      const { predicate } = statement
      if (predicate.phase !== 'key-transition') throw new Error('sample: expected a key transition')
      const seq = entries.length
      entries.push({ seq, phase: 'key-transition', envelope, document: transitionDocument(predicate) })
      chains[key] = [...chains[key].slice(0, -1), { pem: from, until: seq }, { pem: to }]
      if (keep) return statement
      if (key === 'log') retiring.push(keys.log)
      keys[key] = next
      return statement
    },
    /** Signs the log as it is now. */
    checkpoint({ alone = false } = {}): string {
      const size = entries.length
      const text = formatCheckpointText({ origin, size, root: rootAt(treeOf(leafHashes())) })
      const signed = (pair: KeyPair) => signatureOf(pair, Buffer.from(text))
      let note = joinSignature(text, { origin, publicKeyPem: keys.log.publicPem }, signed(keys.log))
      for (const old of alone ? [] : retiring.toReversed())
        note = addSignature(note, { origin, publicKeyPem: old.publicPem }, signed(old))
      retiring = []
      checkpoints.push({ size, note })
      return note
    },
    /** The bundle of the entries that are chosen, all of them unless said otherwise. */
    bundle(
      isChosen: (entry: BundleEntry) => boolean = () => true,
      timestamps: readonly KeptTimestamp[] = [],
      leftOut: readonly LeftOutTimestamp[] = [],
    ): Files {
      return withEverything(
        layOutEvidence({
          entries: entries.filter(isChosen),
          leafHashes: leafHashes(),
          checkpoints,
          chains: chainsAt(chains, checkpoints.at(-1)!.size),
          origin,
          timestamps,
          leftOut,
        }),
      )
    },
  }
}

type RotateOptions = {
  signers?: (all: KeyPair[]) => KeyPair[]
  keep?: boolean
  change?: (statement: Statement) => Statement
}
const transitionBy = {
  tool: { name: 'odv', version: '0.1.0', buildSha256: '6'.repeat(64) },
  createdAt: '2026-11-24T08:00:00.000Z',
}

function signatureOf({ privateKey }: KeyPair, message: Uint8Array): Uint8Array {
  const digest = privateKey.asymmetricKeyType === 'ec' ? 'sha256' : null
  return new Uint8Array(sign(digest, message, privateKey))
}

export type SampleLog = ReturnType<typeof sampleLog>

/** What is about to be attested. A forger gives another one, or none. */
export type Draft = { statement: Statement; model: unknown }
export type Forger = (draft: Draft) => Draft | undefined
export type Models = { sg?: Partial<StoreReport>; ie?: Partial<StoreReport> }

const unreadable: Coverage = {
  ...cleanCoverage,
  clean: { versions: 3, bytes: 300 },
  unverified: [{ reason: 'encrypted', versions: 1, bytes: 100 }],
  exceptions: [
    {
      reason: 'encrypted',
      suffix: '.zip',
      detail: 'The vendor alone has the password',
      plan: 'The vendor hands the key over',
      until: '2027-03-31T23:59:59.999Z',
      approvedBy: 'General Counsel',
      versions: 1,
      bytes: 100,
    },
  ],
}
const openVersion: OpenVersion = {
  shownKey: 'backups/2024.zip',
  versionId: 'v1',
  bytes: 100,
  outcome: 'unverified',
  reason: 'encrypted',
  detail: 'expected a file that can be read',
  findings: 0,
}

/** A last pass over one version that cannot be read, and what a store report lists of it. */
export const oneUnverified = { coverage: unreadable, open: [openVersion] }

/**
 * Attests a run of two stores: `sg` is scanned, asked to delete, answers, is scanned again and verified; `ie` holds one
 * unreadable version. `models` changes what is told about a store in all documents alike, `forge` any single attestation.
 * `further` stores are scanned once and verified.
 */
export function sampleRun(
  log: SampleLog,
  {
    runId = 'run-1',
    models = {},
    forge = (draft) => draft,
    further = 0,
    manifestSha256 = digest('a'),
  }: { runId?: string; models?: Models; forge?: Forger; further?: number; manifestSha256?: string } = {},
): void {
  const run: StatementContext = {
    ...context,
    runId,
    execution: `${machineArn}:${runId}`,
    scope: { ...context.scope!, manifest: { ...context.scope!.manifest, sha256: manifestSha256 } },
  }
  const furtherStores = Array.from({ length: further }, (_, n) => `store-${n}`)
  const attest = (statement: Statement, model: unknown) => {
    const forged = forge({ statement, model })
    return forged && log.attest(forged.statement, forged.model)
  }
  const scope = {
    schemaVersion: 1,
    runId,
    manifest: { sha256: manifestSha256, rows: 4, confirmed: 3, notYetTransferred: 1, subjects: 3 },
    scopeRoot: digest('5'),
    keyCommitment: digest('b'),
    stores: [
      { storeId: 'sg', country: 'SG', channel: 'manual' },
      { storeId: 'ie', channel: 'none' },
      ...furtherStores.map((storeId) => ({ storeId, country: 'SG', channel: 'none' })),
    ],
  }
  const stores = scope.stores.map(({ storeId, country }: { storeId: string; country?: string }) => ({
    storeId,
    ...(country && { country }),
  }))
  const begun = { ...run, createdAt: '2026-11-23T18:00:00.000Z' }
  attest(scopeStatement(begun, { stores, document: documentOf(`runs/${runId}/scope.json`, scope) }), scope)

  const reports: StoreReport[] = [
    {
      schemaVersion: 1,
      runId,
      store,
      manifest: { sha256: manifestSha256, subjects: 3 },
      passes: [foundCoverage, cleanCoverage],
      requests: [{ request: { ...request, runId }, acknowledgement }],
      open: [],
      ...models.sg,
    },
    {
      schemaVersion: 1,
      runId,
      store: { storeId: 'ie', kind: 'directory' },
      manifest: { sha256: manifestSha256, subjects: 3 },
      passes: [unreadable],
      requests: [],
      open: [openVersion],
      ...models.ie,
    },
    ...furtherStores.map(
      (storeId): StoreReport => ({
        schemaVersion: 1,
        runId,
        store: { storeId, kind: 'directory', country: 'SG' },
        manifest: { sha256: manifestSha256, subjects: 3 },
        passes: [cleanCoverage],
        requests: [],
        open: [],
      }),
    ),
  ]
  const verdicts = reports.map((report) => attestStore(run, report, attest))
  const summary = {
    schemaVersion: 1,
    runId,
    startedAt: '2026-11-23T18:00:00.000Z',
    finishedAt: '2026-11-23T20:00:00.000Z',
    planned: stores.map(({ storeId }) => storeId),
    verdicts,
    subjects: subjectsOf(reports, decideRun({ planned: stores.map(({ storeId }) => storeId), verdicts }).result),
  }
  const document = documentOf(`runs/${runId}/summary.json`, summary)
  const { planned, subjects } = summary
  attest(runSummaryStatement(run, { planned, verdicts, subjects, document }), summary)
}

/** Of three people, as if every store had found the same ones. */
function subjectsOf(reports: readonly StoreReport[], verdict: Verdict): SubjectsSummary {
  const most = (of: (passes: readonly Coverage[]) => readonly Coverage[]) =>
    Math.max(0, ...reports.flatMap(({ passes }) => of(passes).map(({ subjects }) => subjects)))
  const [before, after] = [most((passes) => passes.slice(0, -1)), most((passes) => passes.slice(-1))]
  const lastInventories = verdict === 'verified' ? lastInventoriesOf(reports) : undefined
  return {
    resultRoot: digest('6'),
    statuses:
      lastInventories === undefined
        ? { deleted: 0, neverFound: 0, residual: after, undetermined: 3 - after }
        : { deleted: before, neverFound: 3 - before, residual: 0, undetermined: 0 },
    ...(lastInventories !== undefined && { lastInventories }),
  }
}

function attestStore(
  run: StatementContext,
  report: StoreReport,
  attest: (statement: Statement, model: unknown) => { envelopeSha256: string } | undefined,
): StoreVerdict {
  const { storeId } = report.store
  const prefix = `runs/${run.runId}/stores/${storeId}`
  report.passes.forEach((coverage, pass) => {
    const at = `${prefix}/pass-${pass}`
    const scanned = documentOf(`${at}/coverage.json`, coverage)
    const signedAt = (createdAt: string): StatementContext => ({ ...run, createdAt })
    attest(
      scanStatement(signedAt(coverage.closing.finishedAt), { store: report.store, pass, coverage, document: scanned }),
      coverage,
    )
    const { request, acknowledgement } = report.requests[pass] ?? {}
    if (!request) return
    const asked = documentOf(`${at}/request.json`, request)
    attest(requestStatement(signedAt(request.requestedAt), { store: report.store, request, document: asked }), request)
    if (!acknowledgement) return
    const document = documentOf(`${at}/acknowledgement.json`, acknowledgement)
    attest(
      acknowledgementStatement(signedAt(acknowledgement.acknowledgedAt), {
        store: report.store,
        request,
        acknowledgement,
        document,
      }),
      acknowledgement,
    )
  })
  const decision = decideVerdict(report)
  const document = documentOf(`${prefix}/report.json`, report)
  const attested = attest(verificationStatement(run, { report, decision, document }), report)
  return { storeId, ...decision, ...(attested && { envelopeSha256: attested.envelopeSha256 }) }
}

/** A log with another run's entry and an older checkpoint before the sample run, and the bundle of the sample run. */
export function sampleBundle(keys: SampleKeys, options: Parameters<typeof sampleRun>[1] = {}) {
  const log = sampleLog(keys)
  failedRun(log, 'run-0')
  const older = log.checkpoint()
  sampleRun(log, options)
  const newest = log.checkpoint()
  return { log, older, newest, files: log.bundle(({ seq }) => seq > 0) }
}

/** The run of a night, one a day from 1 January 2024 on, over so many stores. */
export function sampleNight(log: SampleLog, night: number, stores: number): void {
  const time = new Date(Date.UTC(2024, 0, 1 + night, 7, 30)).toISOString()
  sampleRun(log, {
    runId: `run-${time.slice(0, 10)}`,
    further: stores - 2,
    forge: ({ statement, model }) => ({
      statement: { ...statement, predicate: { ...statement.predicate, times: { statementCreatedAt: time } } },
      model,
    }),
  })
}

/** What is logged as a bundle before it is sealed, under a checkpoint. */
export function unsealedBundle(log: SampleLog): { files: Files; filing: Filing } {
  log.checkpoint()
  const files = log.bundle()
  const filing = readFiling(files)
  files.delete(bundlePaths.leakGate)
  files.delete(bundlePaths.manifest)
  return { files, filing }
}

/** A run that broke down before its scope was known: the smallest that there is. */
export function failedRun(log: SampleLog, runId: string, createdAt = context.createdAt): void {
  const { scope: _, ...run } = { ...context, runId, execution: `${machineArn}:${runId}`, createdAt }
  const failure = { state: 'BuildIndex', error: 'ManifestInvalid' }
  const model = { schemaVersion: 1, runId, planned: ['sg'], verdicts: [], failure }
  const document = documentOf(`runs/${runId}/summary.json`, model)
  log.attest(runSummaryStatement(run, { planned: ['sg'], verdicts: [], failure, document }), model)
}

/**
 * What an attacker does who knows this program: every file that follows from the others is made again, as far as the
 * evidence can be read at all.
 */
export function withEverything(files: Files): Files {
  const changed = new Map(files)
  for (const [path, envelope] of files) {
    const seq = Number(/^attestations\/(\d+)\.dsse\.json$/.exec(path)?.[1] ?? Number.NaN)
    if (!Number.isNaN(seq)) changed.set(sigstorePath(seq), Buffer.from(sigstoreOf(envelope, changed)))
  }
  try {
    const filing = readFiling(changed)
    for (const [path, bytes] of companionsOf(filing)) changed.set(path, bytes)
    changed.set(bundlePaths.leakGate, formatGateDocument(gateOf(changed, filing)))
  } catch (error) {
    if (!(error instanceof OdvError)) throw error
  }
  return withManifest(changed)
}

/** What an attacker does who wants a report of their own: it says that it is of a version that nobody here can compare. */
export function withReportOfAnotherVersion(files: Files, report: string): Files {
  const changed = new Map(files)
  changed.set(
    bundlePaths.instructions,
    Buffer.from(
      textIn(files, bundlePaths.instructions).replace(
        /(files for people, version )\d+/,
        (_, before) => `${before}9999`,
      ),
    ),
  )
  changed.set(bundlePaths.report, Buffer.from(report))
  return withManifest(changed)
}

/** What the gate would say of these files: nobody is looked for, which nobody can see. */
function gateOf(files: Files, { runs }: Pick<Filing, 'runs'>): GateDocument {
  const scoped = runs.map((run) => ({ runId: run.runId, scope: scopeOf(run) }))
  return {
    schemaVersion: 1,
    about: [...aboutTheGate],
    covered: coveredBy(files),
    scopes: scoped.flatMap(({ runId, scope }) => (scope ? [{ ...scope, runs: [runId], planted: 9, detected: 9 }] : [])),
    runsWithoutScope: scoped.flatMap(({ runId, scope }) => (scope ? [] : [runId])),
    forms: [...gateForms],
    hits: 0,
  }
}

/** The hint is the key that the envelope names, if it names one. */
function sigstoreOf(envelope: Uint8Array, files: Files): string {
  try {
    const own = attestationKeyFingerprint(textIn(files, bundlePaths.attestationKey)).openssh
    return formatSigstoreBundle(envelope, parseEnvelope(envelope).keyid ?? own)
  } catch (error) {
    if (!(error instanceof OdvError)) throw error
    return ''
  }
}

/** What an attacker does last: neither what the gate covers nor the manifest is signed. */
export function withManifest(files: Files): Files {
  return withList(new Map([...files, ...gateFitting(files)]))
}

function gateFitting(files: Files): [string, Uint8Array][] {
  try {
    const gate = parseGateDocument(files.get(bundlePaths.leakGate) ?? new Uint8Array())
    return [[bundlePaths.leakGate, formatGateDocument({ ...gate, covered: coveredBy(files) })]]
  } catch (error) {
    if (!(error instanceof OdvError)) throw error
    return []
  }
}

/** The same where the gate stays as it is. */
export function withList(files: Files): Files {
  return new Map(files).set(bundlePaths.manifest, formatManifestFile(files))
}

/** The bundle with one file changed, and the manifest made to fit. Without a body the file is dropped. */
export function withFile(files: Files, path: string, body?: Uint8Array | string): Files {
  const changed = new Map(files)
  if (body === undefined) changed.delete(path)
  else changed.set(path, new Uint8Array(Buffer.from(body)))
  return withManifest(changed)
}

export function textIn(files: Files, path: string): string {
  return Buffer.from(files.get(path)!).toString('utf8')
}
