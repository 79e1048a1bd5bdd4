import type { ChainKey, KeyChains, KeyKind } from '../attestation/key-chain.ts'
import { bundlePaths, envelopePath, retiredKeyPath } from './bundle-paths.ts'
import { attestationKeyFingerprint, logKeyFingerprint } from './key-fingerprint.ts'

/**
 * What `VERIFY.md` says of keys that were changed, and by which key each step verifies. Where none was, it is the first
 * version of the text, which older bundles have.
 */
export function changedKeys(chains: KeyChains): {
  version: 1 | 2
  /** Ends with an empty line, or is empty. */
  section: string
  attestationKey: string
  logKey: string
  logNote: string
} {
  const isChanged = chains.attestation.length + chains.log.length > 2
  if (!isChanged)
    return {
      version: 1,
      section: '',
      attestationKey: bundlePaths.attestationKey,
      logKey: bundlePaths.logKey,
      logNote: '',
    }
  return {
    version: 2,
    section: sectionOf(chains),
    attestationKey: '"$(attestation_key "$(basename "$a" .dsse.json)")"',
    logKey: '"$(log_key "$(sed -n 2p "$c")")"',
    logNote: `The first line of the log in a checkpoint is by the key in force. The first checkpoint behind a transition of the log's key has a
line by the old one as well: section 0b verifies it.

`,
  }
}

const kinds = ['attestation', 'log'] as const
const fileOf = (kind: KeyKind, number: number, { until }: ChainKey) =>
  until === undefined
    ? { attestation: bundlePaths.attestationKey, log: bundlePaths.logKey }[kind]
    : retiredKeyPath(kind, number)

function sectionOf(chains: KeyChains): string {
  const rows = kinds.flatMap((kind) =>
    chains[kind].map((key, i) => {
      const print = kind === 'attestation' ? attestationKeyFingerprint(key.pem) : logKeyFingerprint(key.pem)
      const what = kind === 'attestation' ? 'entries' : 'checkpoints of sizes'
      const from = (chains[kind][i - 1]?.until ?? -1) + 1
      return `| \`${fileOf(kind, i + 1, key)}\` | ${what} from ${from}${key.until === undefined ? '' : ` to ${key.until}`} | \`${print.openssh}\` | \`${print.spkiSha256}\` |`
    }),
  )
  return `
## 0b. Keys that were changed

Keys of this log were changed. One key of a kind that you know is enough: each of the others was vouched for, in an entry of the
log that the old and the new key signed both, and what a key signed behind that entry does not count. These are all keys of this bundle. If
you know one that is not among them, the last of its kind has to be one that you know as well: otherwise a retired key was used to lead past it.

| file | signs | OpenSSH form | SHA-256 of the SubjectPublicKeyInfo |
|---|---|---|---|
${rows.join('\n')}

The first two functions say which key has to have signed an entry, and a checkpoint of a size; the following steps use them.
The rest verifies both signatures of every change, and that it names the keys above.

\`\`\`sh
${kinds.map((kind) => functionOf(kind, chains)).join('\n')}
spki() { openssl pkey -pubin -in "$1" -outform DER | sha256sum | cut -c 1-64; }
${kinds.flatMap((kind) => chains[kind].flatMap((_, i) => (i === 0 ? [] : [changeOf(kind, chains, i)]))).join('\n')}
\`\`\`
`
}

function functionOf(kind: KeyKind, chains: KeyChains): string {
  const steps = chains[kind].map((key, i) => {
    const echo = `echo ${fileOf(kind, i + 1, key)}`
    return key.until === undefined
      ? `else ${echo}; fi`
      : `${i === 0 ? 'if' : 'elif'} [ "$1" -le ${key.until} ]; then ${echo}; `
  })
  const body = steps.length === 1 ? steps[0]!.slice('else '.length, -'; fi'.length) : steps.join('')
  return `${kind}_key() { ${body}; }`
}

/** The commands that verify the change from key `i` to the one behind it. */
function changeOf(kind: KeyKind, chains: KeyChains, i: number): string {
  const [from, to] = [chains[kind][i - 1]!, chains[kind][i]!]
  const [fromFile, toFile] = [fileOf(kind, i, from), fileOf(kind, i + 1, to)]
  const envelope = envelopePath(from.until!)
  const verify = (n: number, file: string) =>
    kind === 'attestation'
      ? `openssl dgst -sha256 -verify ${file} -signature "$t/sig${n}" "$t/pae"`
      : `openssl pkeyutl -verify -pubin -inkey ${file} -rawin -in "$t/pae" -sigfile "$t/sig${n}"`
  const first = kind === 'attestation' ? 0 : 1
  return `t=$(mktemp -d)
jq -r .payload ${envelope} | base64 -d > "$t/payload"
{ printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < "$t/payload" | tr -d ' ')"; cat "$t/payload"; } > "$t/pae"
for n in ${first} ${first + 1}; do jq -r ".signatures[$n].sig" ${envelope} | base64 -d > "$t/sig$n"; done
{ ${verify(first, fromFile)} && ${verify(first + 1, toFile)}; } > "$t/said" 2>&1 &&
  [ "$(jq -r '.predicate | .from.spkiSha256, .to.spkiSha256' "$t/payload" | tr '\\n' ' ')" = "$(spki ${fromFile}) $(spki ${toFile}) " ] &&
  echo "changed  ${envelope}" || echo "NOT CHANGED BY BOTH KEYS  ${envelope}"
rm -r "$t"${kind === 'log' ? checkpointOf(from, fromFile) : ''}`
}

/** The first checkpoint that covers the change has a line by the old key. */
function checkpointOf({ until }: ChainKey, fromFile: string): string {
  return `
t=$(mktemp -d)
c=$({ ls log/checkpoints 2> /dev/null; true; } | sort -n | while read -r size; do [ "$size" -le ${until} ] || echo "log/checkpoints/$size"; done | head -n 1)
c=\${c:-log/checkpoint}
sed '/^$/,$d' "$c" > "$t/text"
sed '1,/^$/d' "$c" | while read -r line; do
  printf %s "\${line##* }" | base64 -d | tail -c +5 > "$t/sig"
  openssl pkeyutl -verify -pubin -inkey ${fromFile} -rawin -in "$t/text" -sigfile "$t/sig" > "$t/said" 2>&1 && echo yes
done | grep -q yes && echo "signed by the old key  $c" || echo "NOT SIGNED BY THE OLD KEY  $c"
rm -r "$t"`
}
