import type { ShownKey } from '../bundle-summary.ts'
import type { CheckedTimestamp } from '../checks/timestamp.ts'
import type { LeftOutTimestamp } from '../left-out.ts'
import type { RunEvidence } from '../run-evidence.ts'
import { attestedOf } from './figures.ts'
import { type Html, html } from './html.ts'
import { logText } from './log-text.ts'
import type { LogPart } from './period.ts'
import { count, moment, plural } from './wording.ts'

/** The keys, the log's head and how to check all of it: where a reader goes who believes nothing above. `log`: unless the period says so. */
export type Custody = {
  keys: readonly ShownKey[]
  origin: string
  size: number
  root: string
  timestamps: readonly CheckedTimestamp[]
  leftOut: readonly LeftOutTimestamp[]
  log?: LogPart
}

export function custody(
  runs: readonly RunEvidence[],
  { keys, origin, size, root, timestamps, leftOut, log }: Custody,
): Html {
  const latest = attestedOf(runs.at(-1)!)
  const execution = latest.flatMap(({ predicate }) => predicate.environment?.execution ?? [])[0]
  return html`<section aria-labelledby="custody"><h2 id="custody">Chain of custody</h2>
<p>Attestations of the last run, in the order of the log <code>${origin}</code>, which has ${plural(size, 'entry', 'entries')} and the root <code>${root}</code>. All runs of this bundle are in <code>custody.csv</code>.</p>
${log === undefined ? undefined : html`<p>${logText(log)}</p>`}
${execution === undefined ? undefined : html`<p>The last run was the execution <code>${execution}</code> of AWS Step Functions: what that account recorded of it, and how often each key signed, can be asked of AWS.</p>`}
<div class="scroll" tabindex="0" role="group" aria-label="Attestations"><table><caption>Each line is one signed statement and the document that it vouches for</caption>
<thead><tr><th scope="col" class="n">Entry</th><th scope="col">Signed</th><th scope="col">What</th><th scope="col">Store</th><th scope="col">SHA-256 of the document</th></tr></thead><tbody>
${latest.map(({ seq, predicate, statement }) => html`<tr><td class="n">${seq}</td><td class="t">${moment(predicate.times.statementCreatedAt)}</td><td>${predicate.phase}</td><td>${'storeId' in predicate ? predicate.storeId : '–'}</td><td><code>${statement.subject[0]!.digest.sha256}</code></td></tr>`)}</tbody></table></div>
${
  timestamps.length + leftOut.length === 0
    ? undefined
    : html`<h3>Timestamps</h3>
`
}${timestamps.length === 0 ? undefined : stamps(timestamps)}${leftOut.length === 0 ? undefined : missing(leftOut)}<h3>Keys</h3>
<div class="scroll short" tabindex="0" role="group" aria-label="Keys"><table><caption>Compare these with fingerprints that you were given on another way. A bundle never vouches for its own keys.</caption>
<thead><tr><th scope="col">Key</th><th scope="col">OpenSSH form</th><th scope="col">SHA-256 of the SubjectPublicKeyInfo</th></tr></thead><tbody>
${keys.map(({ name, fingerprint, spkiSha256, until }) => html`<tr><th scope="row">${name}${until === undefined ? '' : `, until entry ${until}`}</th><td><code>${fingerprint}</code></td><td><code>${spkiSha256}</code></td></tr>`)}</tbody></table></div>
<h3>How to check this</h3>
<p>This page is computed from the signed files beside it, and the verifier computes it again: a page that says something else than they do is refused.</p>
<pre>odv verify . --key attestation-p256.pub.pem --key log-ed25519.pub.pem --since CHECKPOINT
node tools/verify.mjs --key attestation-p256.pub.pem --key log-ed25519.pub.pem --since CHECKPOINT
python3 tools/verify-log.py . --key attestation-p256.pub.pem --key log-ed25519.pub.pem --since CHECKPOINT</pre>
<p>The keys are your own copies of them, CHECKPOINT is <code>log/checkpoint</code> of an earlier bundle. <code>VERIFY.md</code> gives the same steps with openssl, jq and sha256sum. Cryptography proves who said what and when, not that it is true.</p></section>`
}

const stampsShown = 60

function stamps(timestamps: readonly CheckedTimestamp[]): Html {
  const left = Math.max(0, timestamps.length - stampsShown)
  return html`<p>Others saw the log at these times, and with it every entry below the size that is named. Whether an authority is one that you trust is for you to say: pin its certificate.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Timestamps"><table><caption>Checkpoints that an authority timestamped${left > 0 ? `: the last ${stampsShown}; all are in custody.csv` : ''}</caption>
<thead><tr><th scope="col" class="n">Entries</th><th scope="col">Time</th><th scope="col">Authority</th><th scope="col">SHA-256 of its certificate</th></tr></thead><tbody>
${timestamps.slice(left).map(({ size, time, authority, certificateSha256 }) => html`<tr><td class="n">${count(size)}</td><td class="t">${moment(time)}</td><td>${authority}</td><td><code>${certificateSha256}</code></td></tr>`)}</tbody></table></div>
`
}

const why = {
  unreadable: 'it cannot be read as a timestamp',
  unproven: 'it does not show that this authority saw this checkpoint',
} satisfies Record<LeftOutTimestamp['reason'], string>

/** A timestamp can only add to what is shown; that one is missing is said all the same. */
function missing(leftOut: readonly LeftOutTimestamp[]): Html {
  const left = Math.max(0, leftOut.length - stampsShown)
  return html`<p class="note">${plural(leftOut.length, 'timestamp')} that had been kept did not hold when this bundle was made, and ${leftOut.length === 1 ? 'is' : 'are'} not in it${left > 0 ? `; the last ${stampsShown} are listed, all in timestamps/left-out.json` : ''}. Whoever made the bundle says so; nobody signed it.</p>
<ul>${leftOut.slice(left).map(({ size, authority, reason }) => html`<li>${authority}, of the checkpoint of ${plural(size, 'entry', 'entries')}: ${why[reason]}.</li>`)}</ul>
`
}
