import { randomBytes } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { type Config, nobodyOf, parseConfig } from '../../config.ts'
import { IndexInvalid, NoRoom, OdvError, UsageInvalid } from '../../errors.ts'
import { draftFile } from '../../local/draft-file.ts'
import { caseKeyFile } from '../../local/key-files.ts'
import { manifestFiles } from '../../local/manifest-file.ts'
import { makeStateDirectory, stateDirectory } from '../../local/state-directory.ts'
import type { CaseRule } from '../../manifest/identifier.ts'
import { readManifest } from '../../manifest/read-manifest.ts'
import { readHashedForms } from '../../pipeline/scope/read-hashed-forms.ts'
import { createIndexBuilder } from '../../subject-index/build-subject-index.ts'
import { caseKeysOf } from '../../subject-index/case-keys.ts'
import { hashedOfForms } from '../../subject-index/hashed-rows.ts'
import { hashedOf } from '../../subject-index/unite-indexes.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { hashedOption } from '../hashed-option.ts'
import { requireNewFile } from '../new-file.ts'
import { noRoomIn } from '../no-room.ts'
import { openIndexFiles, uniteIndexFiles } from '../open-index-file.ts'
import { formatBytes, formatCount, stateOption, type Terminal } from '../terminal.ts'
import { describeManifest, describeUnproven } from '../views/manifest-view.ts'

type Options = {
  manifest?: string
  out?: string
  identifierCase?: string
  hashed?: string
  hashedExample?: string
  state: string
  cwd: string
  signal: AbortSignal
}

/** What was typed, once it is known to be of use. */
type Task = { action: string; manifest: string; out: string; path: string; bases: readonly string[] }

/**
 * `odv index build`: compiles a transfer manifest into a file that scans open instead of reading the manifest again. It is
 * sealed with the case key of the state directory, which is made if it is not there.
 */
export async function indexBuildCommand(options: Options, terminal: Terminal): Promise<ExitCode> {
  const task = await taskOf('index build', options)
  const caseRule = caseRuleOf(options.identifierCase) ?? 'fold'
  const manifests = manifestFiles()
  const open = () => manifests.open(resolve(options.cwd, task.manifest))
  await open()
  const config = parseConfig(
    { ...hashedOption(options, options.cwd), identifierCase: caseRule },
    'index build: --hashed',
  )
  const hashedForms = await readHashedForms({ manifests }, config)
  const paths = stateDirectory(resolve(options.cwd, options.state))
  await makeStateDirectory(paths)
  const keys = caseKeysOf(await caseKeyFile(paths.keys).read())
  return compile(
    task,
    open,
    createIndexBuilder({ caseRule, keys, random: randomBytes, hashedForms, nobody: nobodyOf(config) }),
    options,
    terminal,
    config,
  )
}

/**
 * `odv index add`: compiles what a manifest has more than an index, and those that add to it already, into a file that scans
 * open behind those. What is read of them is their filters, and the digests of what may be in them already.
 */
export async function indexAddCommand(
  { bases, ...options }: Options & { bases: readonly string[] },
  terminal: Terminal,
): Promise<ExitCode> {
  if (bases.length === 0) throw new UsageInvalid('index add: expected --base FILE')
  const task = await taskOf('index add', options, bases)
  const open = () => manifestFiles().open(resolve(options.cwd, task.manifest))
  await open()
  const { files, keys } = await openIndexFiles(bases, options)
  const { caseRule } = uniteIndexFiles(files)
  if ((caseRuleOf(options.identifierCase) ?? caseRule) !== caseRule)
    throw new UsageInvalid(`index add: --identifier-case: expected ${caseRule}, as the base has it, got another`)
  const parts = files.map(({ part }) => part)
  const config = parseConfig({ ...hashedOption(options, options.cwd), identifierCase: caseRule }, 'index add: --hashed')
  const hashedForms = await readHashedForms({ manifests: manifestFiles() }, config)
  const [first] = parts
  if (first !== undefined && hashedOf(first) !== hashedOfForms(hashedForms, keys))
    throw new UsageInvalid(
      'index add: --hashed: expected the hashed forms of the base, in their order and with the same salts, got others',
    )
  const builder = createIndexBuilder({
    caseRule,
    keys,
    random: randomBytes,
    bases: parts,
    hashedForms,
    nobody: nobodyOf(config),
  })
  return compile(task, open, builder, options, terminal, config)
}

async function compile(
  { action, manifest, out, path, bases }: Task,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  builder: ReturnType<typeof createIndexBuilder>,
  { state, signal }: Options,
  terminal: Terminal,
  config: Pick<Config, 'hashedForms'> = {},
): Promise<ExitCode> {
  let rows = 0
  const counted =
    (take: typeof builder.add): typeof builder.add =>
    (line, id) => {
      if ((++rows & 0xffff) === 0) terminal.progress(`  reading the manifest: ${formatCount(rows)} rows`)
      return take(line, id)
    }
  try {
    const report = await readManifest(
      async () => untilAborted(await open(), signal),
      { now: new Date(), name: manifest },
      { confirmed: counted(builder.add), pending: counted(builder.exclude) },
    )
    terminal.progress('  writing the index')
    const draft = begunDraft(action, out, path)
    try {
      await draft.sweep()
      const summary = builder.finish(report, draft.write)
      const { created, bytes, sha256 } = await draft.publish(path)
      if (!created) throw taken(action, out)
      terminal.progress('')
      for (const line of [
        ...describeManifest({ report, index: summary }, bases.length > 0),
        ...describeUnproven(config),
      ])
        terminal.print(line)
      const opened = [...bases, out].map((file) => `--index ${file}`).join(' ')
      terminal.print(`${out}: ${formatBytes(bytes)}; odv scan ${opened}${stateOption(state)} PATH…`)
      terminal.emit({
        kind: 'index',
        out: path,
        bytes,
        sha256,
        manifestSha256: report.sha256,
        rows: report.rows,
        subjects: summary.subjects,
        ...(bases.length > 0 && { duplicates: summary.duplicates.count }),
      })
      return exitCode.good
    } catch (error) {
      throw unwritten(action, out, error)
    } finally {
      await draft.discard()
    }
  } catch (error) {
    terminal.progress('')
    if (signal.aborted) {
      terminal.warn(`${action}: interrupted; nothing was written to ${out}`)
      return exitCode.interrupted
    }
    // A base that is damaged where it was not read before.
    if (error instanceof IndexInvalid && bases.length > 0)
      throw new UsageInvalid(`${bases.join(', ')}: ${error.message}`, { cause: error })
    throw error
  }
}

/** What is to be read and written, before a long manifest is read: nothing is overwritten in the end anyway. */
async function taskOf(action: string, { manifest, out, cwd }: Options, bases: readonly string[] = []): Promise<Task> {
  if (manifest === undefined) throw new UsageInvalid(`${action}: expected --manifest FILE`)
  if (out === undefined) throw new UsageInvalid(`${action}: expected --out FILE`)
  const path = resolve(cwd, out)
  await requireNewFile(cwd, out, `${action}: --out`)
  return { action, manifest, out, path, bases }
}

function caseRuleOf(given: string | undefined): CaseRule | undefined {
  if (given === undefined || given === 'fold' || given === 'exact') return given
  throw new UsageInvalid('index: --identifier-case: expected fold or exact')
}

function begunDraft(action: string, out: string, path: string) {
  try {
    return draftFile(dirname(path))
  } catch (error) {
    throw unwritten(action, out, error)
  }
}

/** What a disk says that is full or may not be written, as what became of the index; any other error as it is. */
function unwritten(action: string, shown: string, error: unknown): unknown {
  const code = error instanceof OdvError ? undefined : noRoomIn(error)
  if (code === undefined) return error
  return new NoRoom(
    `${action}: --out ${shown}: expected room and the right to write there, got ${code}; nothing was written: make room, or name another place, and begin again`,
    { cause: error },
  )
}

const taken = (action: string, shown: string) =>
  new UsageInvalid(`${action}: --out ${shown}: expected a new file, got one that is there`)

async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    yield chunk
  }
}
