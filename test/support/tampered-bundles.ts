import { formatEnvelope, parseEnvelope } from '../../lib/attestation/envelope.ts'
import { bundlePaths } from '../../lib/export/bundle-paths.ts'
import type { GateDocument } from '../../lib/export/leak-gate/gate-document.ts'
import { formatVkey, parseVkey } from '../../lib/log/vkey.ts'
import { formatDocument } from '../../lib/pipeline/evidence/documents.ts'
import {
  type Files,
  sampleBundle,
  sampleKeys,
  textIn,
  withEverything,
  withFile,
  withList,
  withManifest,
} from './sample-bundle.ts'

/** Somebody without our keys changes files, and then makes the manifest again, since it is not signed. */

export const keys = sampleKeys()
export const { files, older, newest } = sampleBundle(keys)
const others = sampleKeys()
export const foreign = sampleBundle(others).files

const at = (seq: number) => `attestations/${String(seq).padStart(6, '0')}`
const envelope = (seq: number) => `${at(seq)}.dsse.json`
const proof = (seq: number) => `${at(seq)}.dsse.json.tlog-proof`
const document = (seq: number) => `${at(seq)}.document.json`
const report = (seq: number) => `${at(seq)}.store-report.json`
const scan = 2
const verification = 6
export const summary = 9

/** The bundle without an attestation: all three of its files. */
export const without = (seq: number) =>
  withEverything(new Map([...files].filter(([path]) => !path.startsWith(`${at(seq)}.`))))

/** One file takes the place of another and the other way round. */
const swapped = (a: string, b: string) =>
  withManifest(new Map([...files, [a, files.get(b)!] as const, [b, files.get(a)!] as const]))

const replaced = (path: string, change: (text: string) => string) => withFile(files, path, change(textIn(files, path)))

/** The leak gate says something else, and the manifest is made to fit. */
function gated(change: (gate: GateDocument) => object): Files {
  const gate = formatDocument(change(JSON.parse(textIn(files, bundlePaths.leakGate)) as GateDocument))
  return withList(new Map(files).set(bundlePaths.leakGate, Buffer.from(gate)))
}

const trimmed = (path: string, bytes = 1) => withFile(files, path, files.get(path)!.slice(0, -bytes))

const strangerEnvelope = () => {
  const { payload, signature } = parseEnvelope(files.get(envelope(scan))!)
  return formatEnvelope({ payload, signature, keyid: 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })
}

/** `check`: the one that has to refuse it. */
export const tamperedBundles: { name: string; tampered: () => Files; check: string }[] = [
  { name: 'no file at all', tampered: () => new Map(), check: 'layout' },
  { name: 'no attestation', tampered: () => [1, 2, 3, 4, 5, 6, 7, 8, 9].reduce(dropFrom, files), check: 'layout' },
  { name: 'an envelope without its document', tampered: () => withFile(files, document(scan)), check: 'layout' },
  { name: 'an envelope without its proof', tampered: () => withFile(files, proof(scan)), check: 'layout' },
  { name: 'a document without its envelope', tampered: () => withFile(files, envelope(scan)), check: 'layout' },
  { name: 'no checkpoint', tampered: () => withFile(files, 'log/checkpoint'), check: 'layout' },
  { name: 'no consistency proof', tampered: () => withFile(files, 'consistency/1'), check: 'layout' },
  { name: 'no older checkpoint', tampered: () => withFile(files, 'log/checkpoints/1'), check: 'layout' },
  { name: 'a file besides', tampered: () => withFile(files, 'plan.html', 'verified'), check: 'layout' },
  { name: 'a path that climbs out', tampered: () => withFile(files, 'attestations/../../x', ''), check: 'layout' },
  { name: 'a path with a backslash', tampered: () => withFile(files, 'log\\checkpoint', newest), check: 'layout' },
  { name: 'a number in another form', tampered: () => withFile(files, 'log/checkpoints/01', older), check: 'layout' },
  { name: 'two documents', tampered: () => withFile(files, report(scan), '{}'), check: 'layout' },
  { name: 'a huge checkpoint', tampered: () => withFile(files, 'log/checkpoint', 'x'.repeat(1e6)), check: 'layout' },
  {
    name: 'a huge sequence number',
    tampered: () => withFile(files, 'attestations/9999999999999999.dsse.json', ''),
    check: 'layout',
  },

  {
    name: 'a manifest that is not made again',
    tampered: () => new Map([...files, [document(scan), new Uint8Array()]]),
    check: 'manifest',
  },
  {
    name: 'a manifest of nothing',
    tampered: () => new Map([...files, ['MANIFEST.sha256', new Uint8Array()]]),
    check: 'manifest',
  },
  {
    name: 'a manifest in another order',
    tampered: () =>
      new Map([
        ...files,
        ['MANIFEST.sha256', Buffer.from(textIn(files, 'MANIFEST.sha256').split('\n').reverse().join('\n'))],
      ]),
    check: 'manifest',
  },

  {
    name: 'the attestation key of somebody else',
    tampered: () => withFile(files, 'keys/attestation-p256.pub.pem', others.attestation.publicPem),
    check: 'instructions',
  },
  {
    name: 'the log key of somebody else',
    tampered: () => withFile(files, 'keys/log-ed25519.pub.pem', others.log.publicPem),
    check: 'keys',
  },
  {
    name: 'a private key in the place of a public one',
    tampered: () =>
      withFile(files, 'keys/log-ed25519.pub.pem', keys.log.privateKey.export({ format: 'pem', type: 'pkcs8' })),
    check: 'keys',
  },
  {
    name: 'keys in each other’s places',
    tampered: () => swapped('keys/log-ed25519.pub.pem', 'keys/attestation-p256.pub.pem'),
    check: 'keys',
  },
  {
    name: 'a key with a comment',
    tampered: () => replaced('keys/log-ed25519.pub.pem', (pem) => `ours\n${pem}`),
    check: 'keys',
  },
  { name: 'another origin', tampered: () => replaced('keys/log.vkey', (key) => `x${key}`), check: 'keys' },
  {
    name: 'the log key of somebody else in the form that others read',
    tampered: () =>
      replaced('keys/log.vkey', (text) => `${formatVkey(parseVkey(text.trim()).name, others.log.publicPem)}\n`),
    check: 'keys',
  },
  { name: 'a policy with a witness', tampered: () => replaced('log/policy', (text) => `${text}# x\n`), check: 'keys' },
  {
    name: 'a key that is not text',
    tampered: () => withFile(files, 'keys/log.vkey', Buffer.of(0xff, 10)),
    check: 'keys',
  },

  {
    name: 'instructions that run something else',
    tampered: () => replaced('VERIFY.md', (text) => text.replace('sha256sum --check', 'true')),
    check: 'instructions',
  },

  {
    name: 'a checkpoint of another log',
    tampered: () => withFile(files, 'log/checkpoint', textIn(foreign, 'log/checkpoint')),
    check: 'checkpoint',
  },
  {
    name: 'a checkpoint of another size',
    tampered: () => replaced('log/checkpoint', (note) => note.replace('\n10\n', '\n11\n')),
    check: 'checkpoint',
  },
  { name: 'a checkpoint without its end', tampered: () => trimmed('log/checkpoint'), check: 'checkpoint' },
  {
    name: 'the older checkpoint as the newest',
    tampered: () => withFile(files, 'log/checkpoint', older),
    check: 'checkpoint',
  },
  {
    name: 'the newest checkpoint as an older one',
    tampered: () => withFile(files, 'log/checkpoints/1', newest),
    check: 'checkpoint',
  },
  {
    name: 'an older checkpoint under another size',
    tampered: () => {
      const moved = withFile(withFile(files, 'log/checkpoints/1'), 'log/checkpoints/2', older)
      const proof = textIn(files, 'consistency/1')
      return withEverything(withFile(withFile(moved, 'consistency/1'), 'consistency/2', proof))
    },
    check: 'checkpoint',
  },
  {
    name: 'an older checkpoint of another log',
    tampered: () => withFile(files, 'log/checkpoints/1', textIn(foreign, 'log/checkpoints/1')),
    check: 'checkpoint',
  },

  {
    name: 'a consistency proof of nothing',
    tampered: () => withFile(files, 'consistency/1', ''),
    check: 'consistency',
  },
  {
    name: 'a consistency proof of other sizes',
    tampered: () => replaced('consistency/1', (text) => text.replace('to 10', 'to 9')),
    check: 'consistency',
  },
  {
    name: 'a consistency proof that is said to begin at another size',
    tampered: () => replaced('consistency/1', (text) => text.replace('from 1\n', 'from 2\n')),
    check: 'consistency',
  },
  {
    name: 'a consistency proof without its last hash',
    tampered: () => replaced('consistency/1', (text) => text.replace(/[^\n]+\n$/, '')),
    check: 'consistency',
  },

  {
    name: 'an envelope of another attestation',
    tampered: () => withEverything(swapped(envelope(scan), envelope(5))),
    check: 'inclusion',
  },
  {
    name: 'an envelope of somebody else',
    tampered: () => withFile(files, envelope(scan), foreign.get(envelope(scan))),
    check: 'envelope',
  },
  { name: 'an envelope without its end', tampered: () => trimmed(envelope(scan)), check: 'envelope' },
  {
    name: 'an envelope that names another key',
    tampered: () => withFile(files, envelope(scan), strangerEnvelope()),
    check: 'envelope',
  },
  {
    name: 'an envelope with a space in it',
    tampered: () => replaced(envelope(scan), (text) => text.replace(',', ', ')),
    check: 'envelope',
  },
  {
    name: 'an envelope without its keyid',
    tampered: () => withEverything(replaced(envelope(scan), (text) => text.replace(/"keyid":"[^"]+",/, ''))),
    check: 'inclusion',
  },
  {
    name: 'an envelope that is no JSON',
    tampered: () => withFile(files, envelope(scan), Buffer.of(0xff, 0xfe)),
    check: 'envelope',
  },

  { name: 'a proof of another attestation', tampered: () => swapped(proof(scan), proof(5)), check: 'inclusion' },
  {
    name: 'a proof of somebody else',
    tampered: () => withFile(files, proof(scan), foreign.get(proof(scan))),
    check: 'inclusion',
  },
  {
    name: 'a proof without its checkpoint',
    tampered: () => replaced(proof(scan), (text) => text.split('\n\n')[0]!),
    check: 'inclusion',
  },
  {
    name: 'a proof in an older checkpoint',
    tampered: () => replaced(proof(scan), (text) => text.replace(newest, older)),
    check: 'inclusion',
  },
  {
    name: 'a proof of another index',
    tampered: () => replaced(proof(scan), (text) => text.replace(`index ${scan}\n`, 'index 3\n')),
    check: 'inclusion',
  },
  {
    name: 'a proof without a hash',
    tampered: () => replaced(proof(scan), (text) => text.replace(/(index 2\n)[^\n]+\n/, '$1')),
    check: 'inclusion',
  },

  {
    name: 'a document of another attestation',
    tampered: () => swapped(document(scan), document(5)),
    check: 'document',
  },
  {
    name: 'a store report of another store',
    tampered: () => swapped(report(verification), report(8)),
    check: 'document',
  },
  {
    name: 'a document with a space at its end',
    tampered: () => replaced(document(scan), (text) => `${text} `),
    check: 'document',
  },
  {
    name: 'a store report that tells a better story',
    tampered: () => replaced(report(8), (text) => text.replace('"encrypted"', '"not-text"')),
    check: 'document',
  },
  {
    name: 'a store report under the name of a document',
    tampered: () =>
      withFile(withFile(files, report(verification)), document(verification), files.get(report(verification))),
    check: 'statement',
  },

  {
    name: 'a sigstore bundle of another attestation',
    tampered: () => swapped(`${at(scan)}.sigstore.json`, `${at(5)}.sigstore.json`),
    check: 'envelope',
  },
  {
    name: 'a sigstore bundle with a certificate of somebody',
    tampered: () => replaced(`${at(scan)}.sigstore.json`, (text) => text.replace('"publicKey"', '"certificate"')),
    check: 'envelope',
  },
  {
    name: 'a gate that was passed by other files',
    tampered: () => gated((gate) => ({ ...gate, covered: { ...gate.covered, files: gate.covered.files - 1 } })),
    check: 'leak-gate',
  },
  {
    name: 'a gate that covers other bytes',
    tampered: () => gated((gate) => ({ ...gate, covered: { ...gate.covered, sha256: '0'.repeat(64) } })),
    check: 'leak-gate',
  },
  { name: 'a gate with a hit', tampered: () => gated((gate) => ({ ...gate, hits: 1 })), check: 'leak-gate' },
  { name: 'a gate without a run', tampered: () => gated((gate) => ({ ...gate, scopes: [] })), check: 'leak-gate' },
  {
    name: 'a gate that calls a run without scope',
    tampered: () => gated((gate) => ({ ...gate, scopes: [], runsWithoutScope: ['run-1'] })),
    check: 'leak-gate',
  },
  {
    name: 'a gate for fewer subjects',
    tampered: () => gated((gate) => ({ ...gate, scopes: [{ ...gate.scopes[0]!, subjects: 2 }] })),
    check: 'leak-gate',
  },
  {
    name: 'a gate that missed a control',
    tampered: () => gated((gate) => ({ ...gate, scopes: [{ ...gate.scopes[0]!, detected: 8 }] })),
    check: 'leak-gate',
  },
  {
    name: 'a gate that planted no control',
    tampered: () => gated((gate) => ({ ...gate, scopes: [{ ...gate.scopes[0]!, planted: 0, detected: 0 }] })),
    check: 'leak-gate',
  },
  {
    name: 'a gate that names a run besides',
    tampered: () => gated((gate) => ({ ...gate, runsWithoutScope: ['run-2'] })),
    check: 'leak-gate',
  },
  {
    name: 'a gate that names a run twice',
    tampered: () => gated((gate) => ({ ...gate, scopes: [...gate.scopes, ...gate.scopes] })),
    check: 'leak-gate',
  },
  {
    name: 'a gate that looked for fewer forms',
    tampered: () => gated((gate) => ({ ...gate, forms: gate.forms.slice(1) })),
    check: 'leak-gate',
  },
  {
    name: 'a gate that says something else about itself',
    tampered: () => gated((gate) => ({ ...gate, about: ['All is well.'] })),
    check: 'leak-gate',
  },
  { name: 'no gate', tampered: () => withFile(files, 'leak-gate.json'), check: 'layout' },
  {
    name: 'a report that tells a better story',
    tampered: () => replaced('report.html', (text) => text.replaceAll('residual', 'verified')),
    check: 'companions',
  },
  {
    name: 'a printed report that tells a better story',
    tampered: () =>
      withFile(
        files,
        'report.pdf',
        Buffer.from(
          Buffer.from(files.get('report.pdf')!).toString('latin1').replace('(incomplete)', '(verified)'),
          'latin1',
        ),
      ),
    check: 'companions',
  },
  {
    name: 'a bundle without its printed report',
    tampered: () => withFile(files, 'report.pdf'),
    check: 'layout',
  },
  {
    name: 'a table with another number',
    tampered: () => replaced('stores.csv', (text) => text.replace(',verified,', ',residual,')),
    check: 'companions',
  },
  {
    name: 'a schema that lets more pass',
    tampered: () =>
      replaced('schemas/store-report.v1.schema.json', (text) =>
        text.replaceAll('"additionalProperties": false', '"x": false'),
      ),
    check: 'companions',
  },
  {
    name: 'a schema left out',
    tampered: () => withFile(files, 'schemas/predicate-scan.v1.schema.json'),
    check: 'companions',
  },
  {
    name: 'a schema besides',
    tampered: () => withFile(files, 'schemas/predicate-better.v1.schema.json', '{}'),
    check: 'companions',
  },
  { name: 'a schema of no name', tampered: () => withFile(files, 'schemas/x.json', '{}'), check: 'layout' },
  { name: 'an empty table', tampered: () => withFile(files, 'exceptions.csv', ''), check: 'companions' },
  {
    name: 'methods without their limitations',
    tampered: () => replaced('methods-and-limitations.md', (text) => text.split('## Limitations')[0]!),
    check: 'companions',
  },
  {
    name: 'instructions of no version',
    tampered: () => replaced('VERIFY.md', (text) => text.replace(/version \d+\)/, 'version 0001)')),
    check: 'instructions',
  },

  { name: 'no scope', tampered: () => without(1), check: 'sequence' },
  { name: 'a scan left out', tampered: () => without(scan), check: 'sequence' },
  { name: 'the request left out', tampered: () => without(3), check: 'sequence' },
  { name: 'the answer left out', tampered: () => without(4), check: 'sequence' },
  { name: 'the last scan left out', tampered: () => without(5), check: 'sequence' },
  { name: 'a verdict left out', tampered: () => without(verification), check: 'sequence' },
  { name: 'the bad verdict left out', tampered: () => without(8), check: 'sequence' },
  {
    name: 'a whole store left out',
    tampered: () => [7, 8].reduce(dropFrom, files),
    check: 'sequence',
  },
  { name: 'attestations in each other’s places', tampered: () => swappedWhole(2, 5), check: 'inclusion' },
]

function dropFrom(from: Files, seq: number): Files {
  return withEverything(new Map([...from].filter(([path]) => !path.startsWith(`${at(seq)}.`))))
}

function swappedWhole(a: number, b: number): Files {
  const from = new Map(files)
  for (const name of [envelope, document, proof]) {
    from.set(name(a), files.get(name(b))!)
    from.set(name(b), files.get(name(a))!)
  }
  return withEverything(from)
}
