import { helpEnd } from './help-facts.ts'

/** What `odv --help` and `odv COMMAND --help` print. */

const exitCodes = `Exit codes
  0   run: every store verified; scan: every object read to its end, nothing found; verify: the bundle holds,
      whatever its verdicts are
  1   run: some store residual; scan: something found; verify: the bundle does not hold, the check is named;
      export: an identifier in scope would have been in the bundle, and nothing was written
  2   run: none residual, some incomplete; scan: nothing found, something unverified; verify: no --key was given,
      or its report was not compared
  64  usage or configuration error; on AWS also: no such deployment, no credentials, a right that is missing
  70  internal fault, a store or service that does not answer, or no room to write
  75  run --no-wait: waits for a custodian or a restore; go on with --resume
  130 interrupted; nothing is lost, go on with --resume (on AWS the run goes on by itself; --resume follows it)`

export const generalHelp = `odv: proves that transferred user data is gone from offshore backups

Usage
  odv run     --manifest ids.csv --store ID=DIR… [--config odv.json] [--dry-run] [--json]
  odv run     --resume RUN
  odv scan    --manifest ids.csv | --index FILE… [--forms NAME,…] [--hashed NAME[=FILE],…] [--json] PATH…
  odv index   build --manifest ids.csv --out FILE | add --base FILE… --manifest more.csv --out FILE | show FILE…
  odv status  [RUN [--out FILE]] [--json]
  odv request REQUEST --out FILE
  odv ack     REQUEST [--file CERTIFICATE]
  odv export  --out DIR [--run RUN | --from DATE --to DATE]
  odv verify  BUNDLE [--key PEM]… [--authority PEM]… [--since CHECKPOINT]
  odv correct --entry N --reason-file FILE --approved-by NAME
  odv prove   --subject-from FILE --bundle DIR [--out FILE]
  odv verify-proof PROOF --bundle DIR [--key PEM]…
  odv keys    [show] [--out DIR] | init --record FILE | rotate attestation|log --record FILE
  odv formats
  odv demo    [DIR]

  odv --aws [--stage S] [--region R] run | status | request | ack | export | keys | prove | correct | config
    the same commands, asked of a deployment: see odv config --help for what it verifies

  odv COMMAND --help says more. Everywhere: --json prints JSON Lines on standard output and nothing else there;
  --state DIR is where evidence, keys and the log are kept (default .odv). Nothing that is shown holds an identifier.

${exitCodes}`

const stage = `    --stage S        the stage that was deployed (default ODV_STAGE, or dev)
    --region R       its Region (default AWS_REGION, or the profile's)`

const place = `  --state DIR        the state directory (default .odv)
  --aws              a deployment on AWS instead, in the account of your credentials:
${stage}`

/** Of each command what it does and its options; `commandHelp` has all of it. */
const described: Record<string, string> = {
  run: `odv run: one verification run: scan, request deletion, wait, scan again, decide, attest

  --manifest FILE    transfer manifest: CSV with a header (userId, transferredAt, batch), JSON Lines or plain lines,
                     plain or compressed, or Parquet
  --store ID=DIR     a store that is not in the configuration, without a deletion channel: nothing is deleted, and findings
                     make it residual at once. Repeatable
  --store ID         only this store of the configuration, with its deletion channel. Repeatable; the run says which are left out
  --config FILE      stores, countries, channels, deadlines, obligations (default odv.json, if it is there)
  --dry-run          reads the manifest and lists the stores with their deletion channels; scans, asks, deletes and attests nothing
  --resume RUN       goes on with a run that was interrupted or waits for somebody
  --no-wait          stops instead of waiting for a custodian or a restore, with exit code 75
  --nightly          says in the evidence that a schedule started the run
  --json             JSON Lines on standard output, and nothing else there
${place}

  With --aws, stores and the manifest are the deployment's (odv config --aws), and the run goes on without this process;
  --dry-run lists the stores there and estimates what a run would cost.`,
  scan: `odv scan: looks for identifiers in files and directories; deletes nothing, attests nothing

  --manifest FILE    transfer manifest, as for odv run
  --index FILE       instead of it what odv index build made of it: nothing is compiled anew. Repeatable: behind it those that odv
                     index add made, in that order; what is looked for is all of them
  --state DIR        with --index: the state directory whose case key it was built with (default .odv)
  PATH…              files or directories
  --forms NAME,…     forms that identifiers are looked for in beside plain ones: default, all, none, or names, with a
                     hyphen before one to leave it out. Names: percent, backslash, entity, quoted-printable,
                     utf-7, iso-2022, doubled-quote, padded, grouped, scientific, multibyte, utf-16, hex, base64,
                     base64-uuid, bytes, width, fixed-width; and, slow and not among the default ones, binary-uuid, binary-integer
                     (numbers of 17 digits and more; shorter ones are not looked for in it) and rounded
  --hashed NAME,…    digests that are looked for as well: md5, sha1, sha256, sha512 of the identifier, or with the file of a salt
                     prefixed-…=FILE, suffixed-…=FILE, hmac-…=FILE, byte for byte. Not with --index, which has its own
  --hashed-example NAME=IDENTIFIER:DIGEST,…
                     proof that a salt is the right one: an identifier that is nobody's, and what copies hold of it
  --pictures-may-be-clean
                     a picture of which all but what it shows was read may be clean, as with "picturesMayBeClean" in odv.json
  --json             per object version {"kind":"outcome",…}, findings {"kind":"finding",…}, then {"kind":"summary",…}`,
  index: `odv index: compiles a transfer manifest once, for many scans

  odv index build --manifest FILE --out FILE
  odv index add --base FILE… --manifest FILE --out FILE
  odv index show FILE…

  build              writes the index of a manifest into a new file. It holds keyed digests, no identifier; whoever has the case
                     key can try identifiers on it
  add                writes an index of what a manifest has more than an index, which may be all of it with new rows at its end. Rows
                     that are not transferred any more are refused; what is looked for only grows. Each one that adds to others
                     slows a scan by about a tenth: build all of it anew from time to time
  show               checks all of an index and says what it was built from; of several, each has to add to the one before
  --base FILE        the index to add to. Repeatable: behind it those that add to it already, in that order. All are needed to scan
  --manifest FILE    transfer manifest, as for odv run
  --out FILE         a new file that only you can read: 18.3 bytes an identifier
  --identifier-case  fold (default) or exact: whether identifiers that differ in the case of letters only are the same; add has it
                     from the base
  --hashed NAME,…    hashed forms, as for odv scan, and --hashed-example; 18.3 bytes more for each identifier and form, and 24 of memory. add: those of
                     the base, with the same salts
  --state DIR        the state directory with the case key (default .odv); build makes it if it is not there
  --json             JSON Lines on standard output, and nothing else there`,
  status: `odv status: the runs of a state directory or a deployment, or one of them with its verdicts and requests

  RUN                a run's name
  --out FILE         instead of that: a new file that only you can read; JSON Lines: each object version that is not clean, found or unverified and why,
                     as the last settled pass of its store has it, with its exact name, which may hold an identifier
  --json             JSON Lines on standard output, and nothing else there
${place}`,
  request: `odv request: a deletion request as its custodian needs it, with exact names, which may hold identifiers

  REQUEST            the request's name, as odv run and odv status show it
  --out FILE         a new file that only you can read; JSON Lines: the request with what it asks for in words, then one object version a line,
                     with \`kept\`, the reason, where the built-in executor kept it
  --json             JSON Lines on standard output, and nothing else there
${place}`,
  ack: `odv ack: the custodian's answer to a deletion request

  REQUEST            the request's name, as odv run and odv status show it
  --file FILE        the custodian's certificate; its SHA-256 is attested, the file is not kept
  --json             JSON Lines on standard output, and nothing else there
${place}`,
  export: `odv export: builds a filing bundle that anyone verifies offline

  --out DIR          a new or empty directory
  --run RUN          one run (default: the newest finished one)
  --from, --to       a period instead: all attestations made in it (dates as 2026-01-31, or RFC 3339 times)
  --json             JSON Lines on standard output, and nothing else there
${place}`,
  verify: `odv verify: checks a bundle offline, without any state

  BUNDLE             the bundle's directory
  --key PEM          a public key that you have from another source. Repeatable: give all that you know; without it anybody's
                     bundle would do
  --authority PEM    a certificate of an authority that timestamps, from another source (repeatable): at least one timestamp has
                     to follow from one of these
  --since FILE       a checkpoint that you kept earlier: a log that was rolled back or forked since is refused
  --json             JSON Lines on standard output, and nothing else there`,
  correct: `odv correct: takes back an entry of the log that does not hold: the log keeps both

  --entry N          its number, as in custody.csv; anything that was attested about a run, but no correction
  --reason-file FILE why, in plain words: at most 4,000 characters, which are attested and exported. They may name nobody in
                     scope: they are searched for every identifier first
  --approved-by NAME who answers for it
  --json             JSON Lines on standard output, and nothing else there
${place}
                     There, as who may take on the role odv-STAGE-correction-desk; no run may be under way in a state directory

  What was verified by that entry counts as incomplete from then on, in odv verify, reports and exports; residual stays residual.
  Nothing makes it good again but a new run.`,
  prove: `odv prove: what a run came to for one subject, as a proof for that person that names nobody else

  --subject-from FILE  a file with the identifier alone on a line; - reads standard input. It is never printed
  --bundle DIR       the exported bundle that the proof goes with
  --run RUN          a run of the bundle (default: the newest that was closed with a result for its subjects)
  --out FILE         a new file that only you can read (default subject-proof.json): the person may have it, nobody else needs it
  --json             JSON Lines on standard output, and nothing else there
${place}
                     As who may take on the role odv-STAGE-proof-desk: it reads the case key, indexes and trees of runs
  The run has to be there: a bundle has no case key.`,
  'verify-proof': `odv verify-proof: checks a proof of odv prove against a bundle, without any state, and says what it shows

  PROOF              the proof; whom it is about stands in it
  --bundle DIR       the bundle, which is verified first, as by odv verify
  --key PEM          a public key that you have from another source. Repeatable: give all that you know; without it anybody's
                     bundle would do
  --authority PEM    a certificate of an authority that timestamps, from another source (repeatable): at least one timestamp has
                     to follow from one of these
  --since FILE       a checkpoint that you kept earlier
  --json             JSON Lines on standard output, and nothing else there`,
  formats: `odv formats: what is read, in which forms identifiers are looked for, what is known and not read, and the limits

  --json             JSON Lines on standard output, and nothing else there`,
  keys: `odv keys: the keys of this deployment, and the records that people sign about them

  odv keys [show] [--out DIR] [--record FILE]
  odv keys init --record FILE
  odv keys rotate attestation | log --record FILE

  show               the public keys in force, for auditors to pin, and those that were in force before
  init               makes the keys of a new state directory; refused where there are any. Without it, the first run makes them
  rotate             gives the duty of a key to a new one: an entry of the log, signed by both, says so, and from there on only
                     the new one counts. Interrupted, it is finished by the same command again, until there is a record of it;
                     odv keys show says whether it was done. No run may be under way in a state directory. Auditors who know one of both keys get
                     from it to the other; who knows both is not led past the new one by whoever got hold of the old one
  --out DIR          writes the public keys as PEM files
  --record FILE      a new file: what was done, when, with what, where the keys are, fingerprints, and lines to sign (Markdown)
  --json             JSON Lines on standard output, and nothing else there
${place}
  With --aws: keys are made in KMS by the deployment; init writes the record of the first ones before the first entry of the log. To
  change one, raise attestationKeys or logKeys in params of serverless.yml, deploy, and rotate, as who may take on the role
  odv-STAGE-key-ceremony: the last key that is deployed is in force then, and the old one is disabled. Typed again, it records the
  last change again.`,
  config: `odv config: the configuration of a deployment on AWS, which its runs begin with

  odv config --aws                           shows it, and its version
  odv config --aws FILE [--manifest IDS]     puts FILE there, checked as a run will
  odv config --aws FILE --replaces VERSION   puts it in the place of the one that you have seen
  odv config --aws --manifest IDS            only another transfer manifest; the rest stays

  FILE               as odv.json; stores are buckets, the manifest is a key below manifests/ of the intake bucket
  --manifest IDS     a transfer manifest, read as a run reads it and uploaded under a name of date and digest
  --json             JSON Lines on standard output, and nothing else there
${stage}`,
  demo: `odv demo: three sample offshore stores with real backups, and the nightly job on them

  DIR                where (default odv-demo); made anew every time`,
}

export const commandHelp: Record<string, string> = Object.fromEntries(
  Object.entries(described).map(([command, text]) => [command, `${text}\n\n${helpEnd(command)}`]),
)
