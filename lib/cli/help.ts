/** What `odv --help` and `odv COMMAND --help` print. */

const exitCodes = `Exit codes
  0   run: every store verified; scan: every object read to its end, nothing found; verify: the bundle holds
  1   run: some store residual; scan: something found; verify: the bundle does not hold, the check is named
  2   run: none residual, some incomplete; scan: nothing found, something unverified
  64  usage or configuration error
  70  internal fault
  75  run --no-wait: waits for a custodian; go on with --resume
  130 interrupted; nothing is lost, go on with --resume`

export const generalHelp = `odv: proves that transferred user data is gone from offshore backups

Usage
  odv run     --manifest ids.csv --store ID=DIR… [--config odv.json] [--dry-run] [--json]
  odv run     --resume RUN
  odv scan    --manifest ids.csv [--json] PATH…
  odv status  [RUN] [--json]
  odv request REQUEST --out FILE
  odv ack     REQUEST [--file CERTIFICATE]
  odv export  --out DIR [--run RUN | --from DATE --to DATE]
  odv verify  BUNDLE [--key PEM]… [--since CHECKPOINT]
  odv keys    [--out DIR]
  odv demo    [DIR]

  odv COMMAND --help says more. Everywhere: --json prints JSON Lines on standard output and nothing else there;
  --state DIR is where evidence, keys and the log are kept (default .odv). No output ever holds an identifier.

${exitCodes}`

export const commandHelp: Record<string, string> = {
  run: `odv run: one verification run: scan, request deletion, wait, scan again, decide, attest

  --manifest FILE    transfer manifest: CSV with a header (userId, transferredAt, batch), JSON Lines or plain lines;
                     plain, gzip or zstd
  --store ID=DIR     a store without a deletion channel: findings make it residual at once. Repeatable
  --store ID         only this store of the configuration. Repeatable
  --config FILE      stores, countries, channels, deadlines, obligations (default odv.json, if it is there)
  --dry-run          reads the manifest and lists the stores; scans, asks and attests nothing
  --resume RUN       goes on with a run that was interrupted or waits for a custodian
  --no-wait          stops instead of waiting for a custodian, with exit code 75
  --nightly          says in the evidence that a schedule started the run
  --state DIR, --json

${exitCodes}`,
  scan: `odv scan: looks for identifiers in files and directories; deletes nothing, attests nothing

  --manifest FILE    transfer manifest, as for odv run
  PATH…              files or directories
  --json             per object version {"kind":"outcome",…}, findings {"kind":"finding",…}, then {"kind":"summary",…}

${exitCodes}`,
  status: `odv status: the runs of a state directory, or one of them with its verdicts and requests

  RUN                a run's name
  --state DIR, --json`,
  request: `odv request: a deletion request as its custodian needs it, with exact names, which may hold identifiers

  REQUEST            the request's name, as odv run and odv status show it
  --out FILE         a new file that only you can read; JSON Lines: the request, then one object version a line
  --state DIR, --json`,
  ack: `odv ack: the custodian's answer to a deletion request

  REQUEST            the request's name, as odv run and odv status show it
  --file FILE        the custodian's certificate; its SHA-256 is attested, the file is not kept
  --state DIR, --json`,
  export: `odv export: builds a filing bundle that anyone verifies offline

  --out DIR          a new or empty directory
  --run RUN          one run (default: the newest finished one)
  --from, --to       a period instead: all attestations made in it (dates as 2026-01-31, or RFC 3339 times)
  --state DIR, --json`,
  verify: `odv verify: checks a bundle offline, without any state

  BUNDLE             the bundle's directory
  --key PEM          a public key that you have from another source. Repeatable; without it anybody's bundle would do
  --since FILE       a checkpoint that you kept earlier: a log that was rolled back or forked since is refused
  --json

${exitCodes}`,
  keys: `odv keys: the public keys of this deployment, for auditors to pin

  --out DIR          writes them as PEM files
  --state DIR, --json`,
  demo: `odv demo: three sample offshore stores with real backups, and the nightly job on them

  DIR                where (default odv-demo); made anew every time`,
}
