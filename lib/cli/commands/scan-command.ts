import { mkdtemp, opendir, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { type Config, parseConfig } from '../../config.ts'
import { StoreUnavailable, UsageInvalid } from '../../errors.ts'
import { sliceBytes } from '../../inventory/call-capacity.ts'
import type { Coverage } from '../../inventory/coverage.ts'
import { linkCaseKey } from '../../local/key-files.ts'
import { stateDirectory } from '../../local/state-directory.ts'
import { whatIsThere } from '../../local/what-is-there.ts'
import { type ManifestDocument, openRunIndex, readDocument } from '../../pipeline/evidence/documents.ts'
import { type PassRef, passKey, runKey } from '../../pipeline/evidence/evidence-keys.ts'
import { readReported } from '../../pipeline/evidence/read-reported.ts'
import { adoptIndex } from '../../pipeline/scope/adopt-index.ts'
import { redactKey } from '../../scan/names/redact-key.ts'
import type { IndexSource } from '../../subject-index/index-source.ts'
import { type Decision, decideVerdict } from '../../verdict/decide-verdict.ts'
import { type Embedded, openEmbedded } from '../embedded.ts'
import { type ExitCode, exitCode, exitCodeOfVerdicts } from '../exit-code.ts'
import { hashedOption } from '../hashed-option.ts'
import { checkIndexFiles, openIndexFiles, uniteIndexFiles } from '../open-index-file.ts'
import { defaultState, type Terminal } from '../terminal.ts'
import { describeIndex, describeManifest, describeUnproven } from '../views/manifest-view.ts'
import { createRunView } from '../views/run-view.ts'
import { createScanView } from '../views/scan-view.ts'

export type ScanOptions = {
  manifest?: string
  /** An index and those that add to it, instead of a manifest. */
  indexes: string[]
  state?: string
  forms?: string
  hashed?: string
  hashedExample?: string
  picturesMayBeClean?: boolean
  paths: string[]
  cwd: string
  signal: AbortSignal
}

const runId = 'scan'
/** Whoever looks for so many in a directory has much in it, as a rule. */
const longList = 2 ** 20

/**
 * `odv scan`: the same scan as a run makes, over files and directories, in a state directory that is thrown away. It
 * deletes nothing and attests nothing.
 */
export async function scanCommand(options: ScanOptions, terminal: Terminal): Promise<ExitCode> {
  const { manifest, indexes, picturesMayBeClean = false, paths, cwd, signal } = options
  if ((manifest === undefined) === (indexes.length === 0))
    throw new UsageInvalid('scan: expected --manifest FILE, or --index FILE instead')
  if (options.state !== undefined && indexes.length === 0)
    throw new UsageInvalid('scan: expected --index with --state, which names where its case key is')
  if ((options.hashed ?? options.hashedExample) !== undefined && indexes.length > 0)
    throw new UsageInvalid(
      'scan: expected no --hashed with --index: an index has its hashed forms from odv index build',
    )
  if (paths.length === 0) throw new UsageInvalid('scan: expected at least one file or directory')
  // A path that was mistyped is no store that is away for a moment.
  let readsMuch = false
  const list = await stat(resolve(cwd, (manifest ?? indexes[0])!)).catch(() => undefined)
  for (const path of paths) {
    const found = await stat(resolve(cwd, path)).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageInvalid(`scan ${path}: expected a file or directory, got ${whatIsThere(cause)}`, { cause })
    })
    if (found.isDirectory()) await requireListable(cwd, path)
    else if (!found.isFile())
      throw new UsageInvalid(
        `scan ${path}: expected a file or directory, got a pipe or a device: write it to a file first`,
      )
    readsMuch ||= found.isDirectory() ? (list?.size ?? 0) >= longList : found.size > sliceBytes
  }
  const roots = paths.map((path) => resolve(cwd, path))
  const config = parseConfig({
    manifest: resolve(cwd, (manifest ?? indexes[0])!),
    ...(options.forms !== undefined && { forms: options.forms.split(',') }),
    ...hashedOption(options, cwd),
    stores: roots.map((root, index) => ({ id: `path-${index}`, root, picturesMayBeClean })),
  })
  const built = indexes.length === 0 ? undefined : { state: options.state ?? defaultState, cwd }
  const sources = built && (await openIndexes(indexes, built, terminal))
  const state = built ? await stateBeside(built, roots) : await makeTemporary()
  const embedded = await openEmbedded({ state, cwd, create: true, config, readsMuch })
  const view = createRunView({ ...terminal, print() {}, emit() {} }, embedded)
  try {
    return await scanPaths(embedded, config, { paths, roots, sources, signal }, view, terminal)
  } finally {
    await view.finish()
    await embedded.close()
    await rm(state, { recursive: true, force: true })
  }
}

/** @throws UsageInvalid where the directory for temporary files, which the environment may name, is not there */
async function makeTemporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'odv-scan-')).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause
    throw new UsageInvalid(
      `scan: ${tmpdir()} (TMPDIR): expected a directory for temporary files, got ${whatIsThere(cause)}`,
      {
        cause,
      },
    )
  })
}

async function requireListable(cwd: string, path: string): Promise<void> {
  const directory = await opendir(resolve(cwd, path)).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`scan ${path}: expected a directory that can be listed, got ${whatIsThere(cause)}`, {
      cause,
    })
  })
  await directory.close()
}

/** Says what they were built from: nothing else tells an index of yesterday's manifest from one of today's. */
async function openIndexes(
  indexes: readonly string[],
  place: { state: string; cwd: string },
  terminal: Terminal,
): Promise<IndexSource[]> {
  const { files } = await openIndexFiles(indexes, place)
  uniteIndexFiles(files)
  checkIndexFiles(files)
  for (const { shown, part } of files) terminal.print(describeIndex(shown, part))
  return files.map(({ source }) => source)
}

/** A state directory inside another one, whose case key it has: the key stays where it is safe. */
async function stateBeside({ state, cwd }: { state: string; cwd: string }, scanned: string[]): Promise<string> {
  const { root, keys } = stateDirectory(await realpath(resolve(cwd, state)))
  for (const path of scanned)
    if (!/^\.\.(?:\/|$)/.test(relative(await realpath(path), root)))
      throw new UsageInvalid(`scan: --state ${state}: expected a state directory apart from what is scanned`)
  const own = await mkdtemp(join(root, 'scan-'))
  await linkCaseKey(keys, stateDirectory(own).keys)
  return own
}

async function scanPaths(
  embedded: Embedded,
  config: Config,
  {
    paths,
    roots,
    sources,
    signal,
  }: { paths: readonly string[]; roots: readonly string[]; sources: IndexSource[] | undefined; signal: AbortSignal },
  view: ReturnType<typeof createRunView>,
  terminal: Terminal,
): Promise<ExitCode> {
  await embedded.call('open-run', { runId, trigger: 'on-demand' })
  if (sources === undefined) {
    const built = await embedded
      .givingUp(signal, () => embedded.call('build-index', { runId, at: new Date().toISOString() }))
      .catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    if (built === undefined) return interrupted(terminal)
  } else await adoptIndex(embedded.ports, { runId, sources })
  const document = await readDocument<ManifestDocument>(embedded.ports, runKey(runId, 'manifest.json'))
  if (sources === undefined) for (const line of describeManifest(document)) terminal.print(line)
  const outcomes = createScanView(terminal)
  const decisions: Decision[] = []
  for (const [index, { id }] of config.stores.entries()) {
    const root = roots[index]!
    const ref = { runId, storeId: id, pass: 0 }
    const following = { signal, wait: true, onEvent: view.observe }
    const ended = await embedded.execute('scan-store', `${runId}-${id}`, ref, following)
    if (ended.status === 'failed') throw view.failure() ?? new StoreUnavailable(ended.message)
    if (ended.status !== 'succeeded') return interrupted(terminal)
    const { index: subjects } = await openRunIndex(embedded.ports, runId)
    const path = { name: redactKey(paths[index]!, subjects), single: (await stat(root)).isFile() }
    for await (const { entries, report } of readReported(embedded.ports.evidence, ref))
      outcomes.batch(path, entries, report)
    decisions.push(await decidePath(embedded, ref))
  }
  outcomes.finish([...new Set(decisions.flatMap((decision) => decision.reasons))], describeUnproven(config))
  return exitCodeOfVerdicts(decisions.map((decision) => decision.verdict))
}

/** Who reads what was shown must not take it for all. */
function interrupted(terminal: Terminal): ExitCode {
  terminal.emit({ kind: 'interrupted' })
  terminal.warn('scan: interrupted; what it had not read to the end by then is not shown')
  return exitCode.interrupted
}

/** The path's own verdict, as a run would give it to a store after its last pass. */
async function decidePath(embedded: Embedded, ref: PassRef): Promise<Decision> {
  const { index } = await openRunIndex(embedded.ports, runId)
  return decideVerdict({
    schemaVersion: 1,
    runId,
    store: { storeId: ref.storeId, kind: 'directory' },
    manifest: { sha256: index.manifestSha256, subjects: index.subjects },
    passes: [await readDocument<Coverage>(embedded.ports, passKey(ref, 'coverage.json'))],
    requests: [],
    open: [],
  })
}
