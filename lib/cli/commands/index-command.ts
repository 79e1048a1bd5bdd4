import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { UsageInvalid } from '../../errors.ts'
import { draftFile } from '../../local/draft-file.ts'
import { caseKeyFile } from '../../local/key-files.ts'
import { manifestFiles } from '../../local/manifest-file.ts'
import { makeStateDirectory, stateDirectory } from '../../local/state-directory.ts'
import type { CaseRule } from '../../manifest/identifier.ts'
import { readManifest } from '../../manifest/read-manifest.ts'
import { createIndexBuilder } from '../../subject-index/build-subject-index.ts'
import { caseKeysOf } from '../../subject-index/case-keys.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { describeManifest } from '../manifest-view.ts'
import { openIndexFile } from '../open-index-file.ts'
import { bold, formatBytes, formatCount, plural, stateOption, type Terminal } from '../terminal.ts'

type BuildOptions = {
  manifest?: string
  out?: string
  identifierCase?: string
  state: string
  cwd: string
  signal: AbortSignal
}

/**
 * `odv index build`: compiles a transfer manifest into a file that scans open instead of reading the manifest again. It is
 * sealed with the case key of the state directory, which is made if it is not there.
 */
export async function indexBuildCommand(options: BuildOptions, terminal: Terminal): Promise<ExitCode> {
  const { manifest, out, state, cwd, signal } = options
  if (manifest === undefined) throw new UsageInvalid('index build: expected --manifest FILE')
  if (out === undefined) throw new UsageInvalid('index build: expected --out FILE')
  const path = resolve(cwd, out)
  await requireNew(path, out)
  const chunks = await manifestFiles().open(resolve(cwd, manifest))
  const paths = stateDirectory(resolve(cwd, state))
  await makeStateDirectory(paths)
  const keys = caseKeysOf(await caseKeyFile(paths.keys).read())
  const builder = createIndexBuilder({ caseRule: caseRuleOf(options.identifierCase), keys, random: randomBytes })
  let rows = 0
  const counted =
    (take: typeof builder.add): typeof builder.add =>
    (line, id) => {
      if ((++rows & 0xffff) === 0) terminal.progress(`  reading the manifest: ${formatCount(rows)} rows`)
      return take(line, id)
    }
  try {
    const report = await readManifest(
      untilAborted(chunks, signal),
      { now: new Date(), name: manifest },
      { confirmed: counted(builder.add), pending: counted(builder.exclude) },
    )
    terminal.progress('  writing the index')
    const draft = draftFile(dirname(path))
    try {
      const summary = builder.finish(report, draft.write)
      const { created, bytes, sha256 } = await draft.publish(path)
      if (!created) throw taken(out)
      terminal.progress('')
      for (const line of describeManifest({ report, index: summary })) terminal.print(line)
      terminal.print(`${out}: ${formatBytes(bytes)}; odv scan --index ${out}${stateOption(state)} PATH…`)
      terminal.emit({
        kind: 'index',
        out: path,
        bytes,
        sha256,
        manifestSha256: report.sha256,
        rows: report.rows,
        subjects: summary.subjects,
      })
      return exitCode.good
    } finally {
      await draft.discard()
    }
  } catch (error) {
    terminal.progress('')
    if (signal.aborted) return exitCode.interrupted
    throw error
  }
}

/** `odv index show`: what an index says of itself, after all of it was checked. It names nobody. */
export async function indexShowCommand(
  { file, state, cwd }: { file: string; state: string; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { index, source } = await openIndexFile({ file, state, cwd })
  const { report, summary, filter, caseRule, pending } = index
  const filterBytes = filter.first.length + filter.second.length
  for (const line of describeManifest({ report, index: summary })) terminal.print(line)
  for (const { shape, subjects, minLength, maxLength } of summary.shapes)
    terminal.print(`    ${bold(shape)}  ${plural(subjects, 'subject')} of ${minLength} to ${maxLength} characters`)
  terminal.print(`    case of letters: ${caseRule}; ${formatCount(pending)} not to be shown, since not yet transferred`)
  terminal.print(
    `${file}: ${formatBytes(source.size)}, of which ${formatBytes(filterBytes)} are held in memory; undamaged`,
  )
  terminal.print(`manifest ${report.sha256}`)
  terminal.emit({
    kind: 'index',
    bytes: source.size,
    filterBytes,
    manifestSha256: report.sha256,
    rows: report.rows,
    subjects: summary.subjects,
    pending,
    controls: summary.controls,
    caseRule,
    shapes: summary.shapes,
  })
  return exitCode.good
}

function caseRuleOf(given: string | undefined): CaseRule {
  if (given === undefined || given === 'fold') return 'fold'
  if (given === 'exact') return 'exact'
  throw new UsageInvalid('index build: --identifier-case: expected fold or exact')
}

/** Before a long manifest is read: nothing is overwritten in the end anyway. */
async function requireNew(path: string, shown: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (isThere) throw taken(shown)
  const isFolder = await stat(dirname(path)).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new UsageInvalid(`index build: --out ${shown}: expected a directory for it`)
}

const taken = (shown: string) =>
  new UsageInvalid(`index build: --out ${shown}: expected a new file, got one that exists`)

async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    yield chunk
  }
}
