import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BundleInvalid, UsageInvalid } from '../errors.ts'
import { logLines, notVerifiedText, runLines } from '../export/log-lines.ts'
import { type BundleSummary, verifyFiling } from '../export/verify-bundle.ts'
import { checkSubjectProof, type ProofSummary, showsGone } from '../export/verify-subject-proof.ts'
import { unreadable } from './unreadable.ts'
import { visible } from './visible.ts'

/**
 * What becomes `tools/verify.mjs` of every bundle: the offline verifier as one file, for any Node.js from 18 on. It writes
 * nothing, asks no network, and needs nothing beside it.
 */

const help = `Verifies a filing bundle offline: manifest, keys and their changes, log, signatures, inclusion, consistency, and every verdict again.

  node verify.mjs [BUNDLE] [--key PEM_FILE]... [--authority PEM_FILE]... [--since CHECKPOINT_FILE]
                       [--proof PROOF_FILE] [--json]

  BUNDLE   the directory of the bundle; without it the one that this file is in
  --key    a public key that you have from another source (an earlier filing, the record of the key ceremony): one of each
           kind, from which the bundle leads to those that took its duty; better all that you know, since a retired key
           cannot lead past one of them then
  --authority  a certificate of an authority that timestamps, from another source: at least one timestamp has to follow from it
  --since  a checkpoint that you kept from an earlier bundle: nothing before it was rewritten
  --proof  what a run of this bundle came to for one subject; whom it is about stands in the file

This file is as trustworthy as where you have it from: somebody who forges a bundle can change it as well. Take it from an
earlier filing, or run "odv verify" of your own copy.

Exit codes: 0 the bundle holds, whatever its verdicts are, and so does the proof; 1 one does not, and the check that fails is named; 2 no --key was given; or with --proof: both
hold, and the proof says that data is still there, or that it is not shown to be gone, or a later run of the bundle found data; without: the bundle holds, and its report and tables are of
another version and were not compared with the evidence; 64 wrong usage.
`

type Options = {
  bundle: string
  keys: string[]
  authorities: string[]
  since?: string
  proof?: string
  json: boolean
  help: boolean
}

function parseOptions(given: readonly string[]): Options {
  const options: Options = {
    bundle: fileURLToPath(new URL('..', import.meta.url)),
    keys: [],
    authorities: [],
    json: false,
    help: false,
  }
  const rest = [...given]
  let bundles = 0
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    if (option === '--help' || option === '-h') options.help = true
    else if (option === '--json') options.json = true
    else if (option === '--key') options.keys.push(readText(rest.shift(), option))
    else if (option === '--authority') options.authorities.push(readText(rest.shift(), option))
    else if (option === '--since') options.since = readText(rest.shift(), option)
    else if (option === '--proof') options.proof = readText(rest.shift(), option)
    else if (option.startsWith('-') || ++bundles > 1)
      throw new UsageInvalid(`expected one bundle and the options of --help`)
    else options.bundle = option
  }
  return options
}

function readText(path: string | undefined, option: string): string {
  try {
    return readFileSync(path ?? '', 'utf8')
  } catch {
    throw new UsageInvalid(`${option}: expected a file that can be read`)
  }
}

function readBundle(root: string): Map<string, Uint8Array> {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageInvalid('BUNDLE: expected the directory of a bundle')
  const files = new Map<string, Uint8Array>()
  const read = (path: string) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const name = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isDirectory()) read(name)
      else if (entry.isFile()) files.set(name, readFileSync(join(root, name)))
      else throw new BundleInvalid('layout', 'expected files and directories only')
    }
  }
  try {
    read('')
  } catch (error) {
    throw error instanceof BundleInvalid ? error : unreadable(error as NodeJS.ErrnoException)
  }
  return files
}

function show(summary: BundleSummary): string {
  const { checks, runs, stores, fingerprints, pinned, companions, timestamps = [], leftOut = [] } = summary
  return [
    (!pinned
      ? 'AGREES WITH ITSELF, KEYS NOT CHECKED'
      : companions
        ? 'HOLDS'
        : 'HOLDS, BUT FOR ITS REPORT, WHICH WAS NOT COMPARED') + notVerifiedText(runs).toUpperCase(),
    ...checks.map(({ name, count }) => `  ${name.padEnd(12)} ${count}`),
    ...runs.map(({ runId, closed, result }) => `  ${runId}  ${closed ? result : 'not closed'}`),
    ...stores.map(
      ({ runId, storeId, verdict, reasons }) =>
        `  ${runId}  ${verdict}  ${storeId}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`,
    ),
    ...runLines(runs).map((line) => `  ${line}`),
    ...logLines(summary).map((line) => `  ${line}`),
    ...fingerprints.map(
      ({ name, fingerprint, spkiSha256, until }) =>
        `  ${name} key ${fingerprint}, SPKI ${spkiSha256}${until === undefined ? '' : `, until entry ${until}`}`,
    ),
    ...timestamps.map(
      ({ size: entries, time, authority, certificateSha256, pinned: isPinned }) =>
        `  timestamp of ${entries} entries, ${time}, by ${authority}, ${isPinned ? 'pinned' : 'NOT PINNED'}, certificate ${certificateSha256}`,
    ),
    ...(leftOut.length === 0 ? [] : [`  timestamps that were kept and did not hold: ${leftOut.length}`]),
    ...(companions
      ? []
      : [
          'WARNING: the report and the tables are of another version and were not compared with the evidence: believe the',
          'verdicts above, or verify with the version that made the bundle.',
        ]),
    ...(pinned
      ? []
      : [
          'WARNING: no --key was given. This shows only that the bundle agrees with itself: anybody can make such a bundle',
          'with keys of their own. Compare the fingerprints above with ones that you have from another source.',
        ]),
  ]
    .map(visible)
    .join('\n')
}

const showProof = ({ runId, words }: ProofSummary) => `PROOF HOLDS  ${runId}\n  ${words}`

function main(): number {
  let json = false
  try {
    const options = parseOptions(process.argv.slice(2))
    json = options.json
    if (options.help) {
      process.stdout.write(help)
      return 0
    }
    const { keys, authorities, since } = options
    const filing = verifyFiling(readBundle(options.bundle), {
      ...(keys.length > 0 && { pinnedKeys: keys }),
      ...(authorities.length > 0 && { pinnedAuthorities: authorities }),
      ...(since !== undefined && { since }),
    })
    const { summary } = filing
    const proof = options.proof === undefined ? undefined : checkSubjectProof(filing, Buffer.from(options.proof))
    if (json) console.log(JSON.stringify({ kind: 'bundle', holds: true, ...summary, ...(proof && { proof }) }))
    else console.log(proof ? `${show(summary)}\n${showProof(proof)}` : show(summary))
    if (!summary.pinned) return 2
    return (proof === undefined ? summary.companions : showsGone(proof)) ? 0 : 2
  } catch (error) {
    if (error instanceof UsageInvalid) {
      process.stderr.write(`${error.message}\n\n${help}`)
      return 64
    }
    if (!(error instanceof BundleInvalid)) throw error
    const { check, message } = error
    console.log(
      json ? JSON.stringify({ kind: 'bundle', holds: false, check, message }) : `DOES NOT HOLD  ${visible(message)}`,
    )
    return 1
  }
}

process.exitCode = main()
