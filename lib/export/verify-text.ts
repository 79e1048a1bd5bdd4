import { hash } from 'node:crypto'
import { attestationKeyAt, type KeyChains, logKeyAt } from '../attestation/key-chain.ts'
import { attestationKeyFingerprint, logKeyFingerprint } from './key-fingerprint.ts'
import { changedKeys } from './verify-text-keys.ts'

const stampedText = `## 4b. When it was there

\`\`\`sh
for a in timestamps/authorities/*.pem; do openssl x509 -in "$a" -noout -subject -fingerprint -sha256; done
t=$(mktemp -d)
cat timestamps/authorities/*.pem > "$t/authorities"
for r in timestamps/*.tsr; do
  c=log/checkpoints/$(basename "$r" | cut -d . -f 1)
  [ -e "$c" ] || c=log/checkpoint
  at=$(openssl ts -reply -in "$r" -text 2> "$t/said" | sed -n 's/^Time stamp: //p')
  openssl ts -verify -in "$r" -data "$c" -CAfile "$t/authorities" -partial_chain -attime "$(date -d "$at" +%s)" > "$t/said" 2>&1 &&
    echo "timestamped  $r  $at" || echo "NOT TIMESTAMPED  $r"
done
rm -r "$t"
\`\`\`

Proves that these authorities (RFC 3161) saw the signed checkpoints, byte for byte, and so every entry that one covers was there at that time. A
bundle never vouches for its own authorities: compare their fingerprints, or use your own copies of the certificates (\`-CAfile\`,
\`--authority\` of the verifiers). It does not prove that an authority's key was not stolen later: ask it which certificates it revoked.

`

/** Since another version; what it prints is for people to compare, and nothing fails by itself. */
const countedSince = 15

const countedText = `## 5b. Whether a listing left anything out

\`\`\`sh
for a in attestations/*.dsse.json; do
  jq -r .payload "$a" | base64 -d |
    jq -r '.predicate | select(.phase == "scan") | [.storeId, .store.uri // "-", .inventory.startedAt,
      "\\(.inventory.versions) versions", "\\(.inventory.deleteMarkers) delete markers", "\\(.inventory.bytes) bytes"] | @tsv'
done
\`\`\`

Whoever makes a bundle decides what it lists. What the provider counts by itself is another witness: of a bucket of AWS the metrics \`NumberOfObjects\` (versions and
delete markers, and each part of an unfinished upload) and \`BucketSizeBytes\` of CloudWatch, which are made once a day and kept for 15 months, or a report of S3
Inventory; of others their console or their bill. Ask for those of that day, and where you have them from the provider rather than from whoever made the bundle. A store
that is a part of a bucket (a prefix in its \`uri\`) is less than what they count.

`

/** The version of the files for people since which a document that is missing, and a verifier that did not run, are named. */
const changedSince = 9

const firstAnswer = `  [ $? -eq 1 ] && echo "NOT PROVEN  $PROOF" || echo "proven  $(tail -n 1 "$t/said")"`
const answer = `  case $? in
    0 | 2) echo "proven  $(tail -n 1 "$t/said")" ;;
    *) echo "NOT PROVEN  $PROOF" ;;
  esac`

const absentText = `That nothing was taken back: a correction is an entry of the log like others, and one that was left out of the bundle shows only as a number that is
not among its attestations. The verifiers count the entries that are not here: ask for them.

`

/**
 * `VERIFY.md`: how to verify a bundle with openssl, jq and sha256sum, what each step proves and what it does not. The
 * text follows from the keys and the programs in `tools/` alone, and the offline verifier accepts no other: instructions are what a forger would
 * change first. A changed text therefore becomes another version beside this one, so that older bundles still verify.
 */
export function verifyText(keys: {
  chains: KeyChains
  origin: string
  verifyScript: Uint8Array
  verifyLogScript: Uint8Array
  companionVersion: number
  /** Whether there are timestamps. */
  isStamped?: boolean
}): string {
  const attestation = attestationKeyFingerprint(attestationKeyAt(keys.chains, Number.POSITIVE_INFINITY))
  const log = logKeyFingerprint(logKeyAt(keys.chains, Number.POSITIVE_INFINITY))
  const { version, section, attestationKey, logKey, logNote } = changedKeys(keys.chains)
  const isFirst = keys.companionVersion < changedSince
  return `# Verifying this bundle (instructions, version ${version}; files for people, version ${keys.companionVersion})

Everything here is verified offline. The steps below need bash, coreutils (sha256sum, base64), jq and OpenSSL 3, and no
program of ours. Run them in this directory, in this order. A line that begins with NOT is a failure.

The one command that does all of it, and more (see "What these steps leave out"):

    odv verify BUNDLE --key attestation-p256.pub.pem --key log-ed25519.pub.pem --since CHECKPOINT

The same without anything installed but Node.js 18 or newer, and what concerns keys and log once more with Python 3.8 or
newer, by a program that shares nothing with the first:

    node tools/verify.mjs --key attestation-p256.pub.pem --key log-ed25519.pub.pem --since CHECKPOINT
    python3 tools/verify-log.py . --key attestation-p256.pub.pem --key log-ed25519.pub.pem --since CHECKPOINT

Somebody who was given a proof of what a run came to for one person adds \`--proof FILE\` to the first of the two.

A program is as trustworthy as where you have it from: who forges a bundle can change what is in \`tools/\` as well. Use
copies from an earlier filing, or read them first; \`odv verify\` says whether they are the ones that it would write. Their
SHA-256, for comparing:

    ${hash('sha256', keys.verifyScript, 'hex')}  tools/verify.mjs
    ${hash('sha256', keys.verifyLogScript, 'hex')}  tools/verify-log.py

## 0. Whose keys?

A bundle never vouches for its own keys: anybody can make keys and sign anything with them. Compare these fingerprints
with those that you were given on another way: an earlier filing, the record of the key ceremony, a call.

| key | OpenSSH form | SHA-256 of the SubjectPublicKeyInfo |
|---|---|---|
| attestations (ECDSA P-256) | \`${attestation.openssh}\` | \`${attestation.spkiSha256}\` |
| log (Ed25519) | \`${log.openssh}\` | \`${log.spkiSha256}\` |

This prints the last column from the key files themselves:

\`\`\`sh
for key in keys/attestation-p256.pub.pem keys/log-ed25519.pub.pem${version === 1 ? '' : ' keys/retired/*'}; do
  openssl pkey -pubin -in "$key" -outform DER | sha256sum | sed "s|-$|$key|"
done
\`\`\`

Keep the two key files in a place of your own and give those copies to \`odv verify --key\`; without \`--key\` it says that
it trusts whatever keys the bundle brings. Keep \`log/checkpoint\` of every bundle as well: it is the CHECKPOINT of
\`--since\` for the next one, and what shows that nothing was rewritten in between.
${section}
## 1. Nothing was damaged

\`\`\`sh
sha256sum --check --strict --quiet MANIFEST.sha256 && echo "whole  every listed file"
cut -c 67- MANIFEST.sha256 | LC_ALL=C sort > "\${TMPDIR:-/tmp}/odv-listed.$$"
find . -type f ! -name MANIFEST.sha256 | cut -c 3- | LC_ALL=C sort > "\${TMPDIR:-/tmp}/odv-present.$$"
cmp "\${TMPDIR:-/tmp}/odv-listed.$$" "\${TMPDIR:-/tmp}/odv-present.$$" && echo "whole  no file besides" || echo "NOT LISTED"
rm -f "\${TMPDIR:-/tmp}/odv-listed.$$" "\${TMPDIR:-/tmp}/odv-present.$$"
\`\`\`

Proves that the files are those that were listed. It does not prove who listed them: the list is not signed.

## 2. Who said it

\`\`\`sh
t=$(mktemp -d)
for a in attestations/*.dsse.json; do
  jq -r .payload "$a" | base64 -d > "$t/payload"
  { printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < "$t/payload" | tr -d ' ')"; cat "$t/payload"; } > "$t/pae"
  jq -r '.signatures[0].sig' "$a" | base64 -d > "$t/sig"
  openssl dgst -sha256 -verify ${attestationKey} -signature "$t/sig" "$t/pae" > "$t/said" 2>&1 &&
    echo "signed  $a" || echo "NOT SIGNED  $a"
done
rm -r "$t"
\`\`\`

With cosign instead (\`--type\` is the \`predicateType\` of the payload):

    cosign verify-blob-attestation --key keys/attestation-p256.pub.pem --bundle attestations/NNNNNN.sigstore.json \\
        --type https://ORGANIZATION/deletion-verification/v1 --insecure-ignore-tlog attestations/NNNNNN.document.json

Proves that the holder of the attestation key signed every statement. It does not prove that a statement is true.

## 3. About which document

\`\`\`sh
for a in attestations/*.dsse.json; do
  said=$(jq -r .payload "$a" | base64 -d | jq -r '.subject[0].digest.sha256')
${isFirst ? '' : '  there=no\n'}  for d in "\${a%.dsse.json}.document.json" "\${a%.dsse.json}.store-report.json"; do
    [ -e "$d" ] || continue
${isFirst ? '' : '    there=yes\n'}    [ "$(sha256sum < "$d" | cut -c 1-64)" = "$said" ] && echo "same  $d" || echo "NOT THE SAME  $d"
  done
${isFirst ? '' : '  [ $there = yes ] || echo "NOT THERE  what $a is about"\n'}done
\`\`\`

Proves that each document is the one that its statement was signed for. It does not prove that the statement sums it up
correctly: read both, or let \`odv verify\` compute every verdict again.

## 4. What the log's head was

\`\`\`sh
t=$(mktemp -d)
origin=$(head -n 1 log/checkpoint)
for c in log/checkpoint log/checkpoints/*; do
  [ -e "$c" ] || continue
  sed '/^$/,$d' "$c" > "$t/text"
  grep -F -e "— $origin " "$c" | head -n 1 | sed 's/.* //' | base64 -d | tail -c +5 > "$t/sig"
  openssl pkeyutl -verify -pubin -inkey ${logKey} -rawin -in "$t/text" -sigfile "$t/sig" > "$t/said" 2>&1 &&
    echo "signed  $c" || echo "NOT SIGNED  $c"
done
rm -r "$t"
\`\`\`

${logNote}Proves that the holder of the log key signed these sizes and roots. It does not prove that the log only ever grew: for
that, compare with the checkpoints that you kept (a checkpoint of the same size must be the same), or use \`--since\`.

${keys.isStamped ? stampedText : ''}## 5. What was said

\`\`\`sh
for a in attestations/*.dsse.json; do
  jq -r .payload "$a" | base64 -d |
    jq -r '.predicate | [.phase, .runId, .storeId // "-", .result, ((.reasons // []) | join("; "))] | @tsv'
done
jq -r .payload attestations/*.dsse.json | while read -r payload; do
  printf %s "$payload" | base64 -d | jq -r '.predicate.limitations[]'
done | LC_ALL=C sort -u
\`\`\`

Every statement names its limitations. \`residual\` and \`incomplete\` come with their reasons; \`verified\` has none.

${keys.companionVersion < countedSince ? '' : countedText}## 6. What it came to for one person

Somebody who was given a proof (\`odv prove\`) names its file in \`PROOF\`. Node.js 18 or newer verifies the bundle first, by your own copies of
the keys if \`KEYS\` is the directory that has them, and then the proof.

\`\`\`sh
if [ -n "\${PROOF:-}" ]; then
  t=$(mktemp -d)
  node tools/verify.mjs . --key "\${KEYS:-keys}/attestation-p256.pub.pem" --key "\${KEYS:-keys}/log-ed25519.pub.pem" \\
    --proof "$PROOF" > "$t/said"
${isFirst ? firstAnswer : answer}
  rm -r "$t"
fi
\`\`\`

Proves that this person was in scope, and what the run said of them. It names nobody else, and says nothing of anybody else.

## What these steps leave out

That each attestation is in the log (\`*.tlog-proof\`, C2SP tlog-proof) and that older checkpoints are beginnings of the
newest (\`consistency/\`, RFC 6962, 2.1.2): other people's verifiers of transparency logs read these files, with the key
in \`keys/log.vkey\` and the policy in \`log/policy\`, and so does \`tools/verify-log.py\`. That the verdicts follow from the store reports, that a run's
attestations are all there and in order, and that they agree with each other: \`odv verify\` and \`tools/verify.mjs\` do
all of this, and name the check that fails.

${isFirst ? '' : absentText}That no file names anybody in scope: \`leak-gate.json\` says that all of them were searched before the bundle was written, and
the verifiers check that it covers these files and runs. It is not signed, and nobody can repeat the search without the identifiers.

What no step can show: cryptography proves who said what and when, not that it is true. Only the stores that are listed
were looked at. A log shows what was written to it, so keep checkpoints, and run a scan of your own now and then.
`
}
