import { type ExitCode, exitCode } from './exit-code.ts'

/**
 * What a command's help ends with. `examples` are typed as they are; `lines` are the kinds of its JSON Lines, each with its members, one
 * that is not always there with `?` behind its name. New ones may be added; none is renamed, removed, or changed in what it means.
 */
export type Facts = {
  examples: readonly string[]
  codes: Partial<Record<ExitCode, string>>
  lines: Record<string, string>
}

const { good, residual, incomplete, usage, fault, waiting, interrupted } = exitCode

/** Of every command; `error` and `help` are lines of all. */
const common: Facts['codes'] = {
  [usage]: 'usage or configuration error; with --aws also: no such deployment, no credentials, a right that is missing',
  [fault]: 'internal fault, a store or service that does not answer, or no room to write',
}
const ended = { ...common, [interrupted]: 'interrupted' }
/** Of commands that know no `--aws`. */
const here = { [usage]: 'usage error' }
const explained = 'explained? unexplained? exceptions?'
/** Of a bucket: those that rules copy to and that are no store, or why that was not told. */
const copies = 'copiesElsewhere? copiesUnknown?'
const cost = 'estimated usd requests lambdaSeconds asOf items unlisted'
const pins = '--key keys/attestation-p256.pub.pem --key keys/log-ed25519.pub.pem'

export const facts: Record<string, Facts> = {
  run: {
    examples: [
      'odv run --dry-run --manifest ids.csv --store sg=backups-sg',
      'odv run --manifest ids.csv --store sg=backups-sg',
      'odv run --resume RUN',
    ],
    codes: {
      [good]: 'every store verified',
      [residual]: 'some store residual',
      [incomplete]: 'none residual, some incomplete',
      ...common,
      [waiting]: '--no-wait: waits for a custodian or a restore; go on with --resume',
      [interrupted]:
        'interrupted; nothing is lost, go on with --resume (on AWS the run goes on by itself; --resume follows it)',
    },
    lines: {
      run: 'run resumed',
      manifest: 'rows confirmed notYetTransferred subjects',
      store: `store versions bytes unreadable? channel restore? ${copies}`,
      restore: 'store pass versions restored refusals',
      pass: `store pass versions bytes clean found unverified findings subjects ${explained} ${copies}`,
      request: 'store request channel versions document deadline?',
      verdict: `store verdict reasons ${explained}`,
      cost,
      summary:
        'run? verdict? reasons? verified? residual? incomplete? logSize? attested? leftOut? dryRun? versions? bytes? unreadable?',
      waiting: 'run',
      interrupted: 'run',
    },
  },
  scan: {
    examples: [
      'odv scan --manifest ids.csv backups-sg',
      'odv scan --manifest ids.csv --forms default,binary-uuid backups-sg/users.jsonl',
      'odv scan --index ids.index backups-sg',
    ],
    codes: {
      [good]: 'every object read to its end, nothing found',
      [residual]: 'something found',
      [incomplete]: 'nothing found, something unverified',
      ...ended,
      [usage]: 'usage error, or a manifest or an index that cannot be used',
    },
    lines: {
      finding: 'object place path record offset form? where?',
      outcome: 'object outcome reason? detail? subjects findings bytes',
      summary: 'clean found unverified findings reasons',
      interrupted: '',
    },
  },
  index: {
    examples: [
      'odv index build --manifest ids.csv --out ids.index',
      'odv index add --base ids.index --manifest more.csv --out more.index',
      'odv index show ids.index more.index',
    ],
    codes: {
      [good]: 'the index was written; the index is undamaged',
      ...common,
      [usage]: 'usage error, or a manifest or an index that cannot be used',
      [interrupted]: 'interrupted: nothing was written',
    },
    lines: {
      index:
        'out? bytes filterBytes? manifestSha256 rows subjects duplicates? sha256? footerSha256? pending? controls? caseRule? shapes? hashed? base?',
    },
  },
  status: {
    examples: ['odv status', 'odv status RUN --json', 'odv status RUN --out open.jsonl'],
    codes: { [good]: 'shown, whatever the verdicts are', ...common },
    lines: {
      run: 'run state trigger startedAt finishedAt? stores',
      exceptions: `store ${explained}`,
      request: 'store request deadline? acknowledgedAt?',
      open: 'run out found unverified',
    },
  },
  request: {
    examples: ['odv request REQUEST --out request.jsonl'],
    codes: { [good]: 'the file is written', ...common },
    lines: { request: 'request out versions' },
  },
  ack: {
    examples: ['odv ack REQUEST', 'odv ack REQUEST --file certificate.txt'],
    codes: { [good]: 'the answer is kept, or there was one before, which stands', ...common },
    lines: { acknowledgement: 'request by acknowledgedAt first' },
  },
  export: {
    examples: [
      'odv export --out bundle',
      'odv export --run RUN --out bundle-of-run',
      'odv export --from 2026-01-01 --to 2026-12-31 --out bundle-2026',
    ],
    codes: {
      [good]: 'the bundle is written, whatever its verdicts are, and verified as its reader will',
      [residual]: 'it would name somebody in scope: nothing was written',
      ...ended,
    },
    lines: { export: 'out files run? timestampsLeftOut?' },
  },
  verify: {
    examples: [`odv verify bundle ${pins}`, `odv verify bundle ${pins} --json`],
    codes: {
      [good]: 'the bundle holds, whatever its verdicts are',
      [residual]: 'it does not hold; the check that failed is named',
      [incomplete]:
        'it agrees with itself, and no --key was given; or it holds, and its report and tables, which are of another version, were not compared with the evidence',
      ...common,
      ...here,
    },
    lines: { bundle: 'holds check? message? …' },
  },
  correct: {
    examples: ['odv correct --entry 2 --reason-file why.txt --approved-by "Jane Roe"'],
    codes: { [good]: 'the correction is in the log', ...ended },
    lines: { correction: 'entry run corrects' },
  },
  prove: {
    examples: ['odv prove --subject-from id.txt --bundle bundle --out proof.json'],
    codes: {
      [good]: 'the proof is written',
      [residual]: "not in scope: the run's manifest confirms no transfer of this subject; nothing is written",
      ...common,
      [usage]: 'usage error, or the run says nothing of subjects',
    },
    lines: { proof: 'run inScope out? status? before? after?' },
  },
  'verify-proof': {
    examples: [`odv verify-proof proof.json --bundle bundle ${pins}`],
    codes: {
      [good]: 'the proof holds: the subject was deleted, or never found',
      [residual]: 'the proof or the bundle does not hold, the check is named',
      [incomplete]:
        'the proof holds, and says that data is still there, or that it is not shown to be gone, or another run of the bundle found data that this one did not see; or no --key was given',
      ...common,
      ...here,
    },
    lines: { proof: 'holds check? message? pinned? fingerprints? …' },
  },
  formats: {
    examples: ['odv formats', 'odv formats --json'],
    codes: { [good]: 'shown', ...common, ...here },
    lines: {
      format: 'name of',
      form: 'name isDefault summary',
      'hashed-form': 'name',
      'not-read': 'name',
      limits: 'depth ratio decodedBytes windowLog heldBytes members',
    },
  },
  keys: {
    examples: ['odv keys init --record ceremony.md', 'odv keys --out keys', 'odv keys rotate log --record change.md'],
    codes: { [good]: 'shown, made, or changed, and the record is written', ...ended },
    lines: { keys: 'attestation log chains next', ceremony: 'did chains …' },
  },
  config: {
    examples: ['odv config --aws --stage prod', 'odv config --aws odv.json --manifest ids.csv --stage prod'],
    codes: { [good]: 'shown, or in its place', ...common },
    lines: { configuration: 'version at? config? changed? manifest? stores?' },
  },
  demo: {
    examples: ['odv demo', 'odv demo my-samples'],
    codes: { [good]: 'the samples end as they should, and their bundle holds', ...ended, ...here },
    lines: { '…': 'those of run, export, status and verify' },
  },
}

/** What the help of a command ends with. */
export function helpEnd(command: string): string {
  const { examples, codes, lines } = facts[command]!
  const kinds = Object.entries(lines).map(([kind, members]) => `  ${kind.padEnd(16)} ${members}`.trimEnd())
  return [
    'Examples',
    ...examples.map((example) => `  ${example}`),
    '',
    'JSON Lines (--json): by their kind, with these members (?: not always there); errors: error message exitCode',
    ...kinds,
    '',
    'Exit codes',
    ...Object.entries(codes).map(([code, text]) => `  ${code.padEnd(3)} ${text}`),
  ].join('\n')
}
