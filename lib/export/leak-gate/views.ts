import { hash } from 'node:crypto'
import { parseEnvelope } from '../../attestation/envelope.ts'
import { attestationKeyAt, fingerprintOf, type KeyKind } from '../../attestation/key-chain.ts'
import { OdvError } from '../../errors.ts'
import { parseCheckpoint } from '../../log/checkpoint.ts'
import { parseConsistencyProof } from '../../log/consistency-proof.ts'
import { parseTlogProof } from '../../log/tlog-proof.ts'
import { formatPolicy, parseVkey } from '../../log/vkey.ts'
import { formatCertificate, parseCertificates } from '../../timestamp/certificate.ts'
import { verifyTimestamp } from '../../timestamp/verify-timestamp.ts'
import {
  bundlePaths,
  documentPath,
  envelopePath,
  leftOutPath,
  olderCheckpointPath,
  proofPath,
} from '../bundle-paths.ts'
import type { Keys } from '../checks/transition.ts'
import { documentKindOf } from '../document-of-phase.ts'
import { parseLeftOut } from '../left-out.ts'
import type { Filing } from '../read-filing.ts'
import { companionVersion } from '../report/companions.ts'
import { attestedOf } from '../report/figures.ts'
import { schemaFiles } from '../schemas.ts'
import { formatSigstoreBundle } from '../sigstore.ts'
import { textOf } from '../text-of.ts'
import { verifyLogScript, verifyScript } from '../tools/generated.ts'
import { verifyText } from '../verify-text.ts'
import { maskDocument, type Trust } from './mask-document.ts'

/**
 * What is looked at of a file. `part` says what it is, where it is not the file as it lies there: places in it are places in
 * that part.
 */
export type View = { path: string; part?: string; bytes: Uint8Array }

type Files = ReadonlyMap<string, Uint8Array>

/**
 * What is looked at of every file but those for people and those that are made last: all that could hold anything of anybody. What is left out is
 * known to the last byte: programs that are in every bundle, hashes, signatures and keys that a strict parser accepts, and what is made from
 * another file of the bundle. A file that is not exactly such a one is looked at as it lies there. `keys`: which are in force where.
 */
export function* viewsOf(files: Files, known: Known, keys?: Keys): Generator<View> {
  for (const [path, bytes] of files) {
    if (path === bundlePaths.leakGate || path === bundlePaths.manifest) continue
    yield* viewOfName(path, known)
    const parts = exact(() => partsOf(path, bytes, { files, known, keys }))
    if (parts === undefined) yield { path, bytes }
    else for (const part of parts) yield { path, ...part }
  }
}

type Part = Omit<View, 'path'>

/** `undefined`, or a refusal by a parser: the file is not what its place says. */
function partsOf(
  path: string,
  bytes: Uint8Array,
  { files, known, keys }: { files: Files; known: Known; keys: Keys | undefined },
): Part[] | undefined {
  if (/\.dsse\.json$/.test(path)) return envelopeParts(path, bytes, known)
  if (/\.sigstore\.json$/.test(path)) return sigstoreParts(path, bytes, files, keys)
  if (/\.tlog-proof$/.test(path)) return noteParts(parseTlogProof(textOf(bytes)).checkpoint)
  if (/^log\/checkpoint(s\/\d+)?$/.test(path)) return noteParts(textOf(bytes))
  if (/^consistency\/\d+$/.test(path)) return parseConsistencyProof(textOf(bytes)) && []
  if (path === bundlePaths.vkey) return keyParts(textOf(bytes).replace(/\n$/, ''), bytes, (vkey) => `${vkey}\n`)
  if (path === bundlePaths.policy)
    return keyParts(/^log (.+)\n/.exec(textOf(bytes))?.[1] ?? '', bytes, (vkey) => formatPolicy(vkey))
  const kind = keyKindOf(path)
  if (kind !== undefined) return fingerprintOf(kind, textOf(bytes)) === '' ? undefined : pemParts(bytes)
  if (path === bundlePaths.verifyScript) return textOf(bytes) === verifyScript ? [] : undefined
  if (path === bundlePaths.verifyLogScript) return textOf(bytes) === verifyLogScript ? [] : undefined
  if (path.startsWith('schemas/')) return textOf(bytes) === schemaFiles().get(path) ? [] : undefined
  if (path === bundlePaths.instructions) return keys && textOf(bytes) === instructionsOf(keys, files) ? [] : undefined
  if (path === leftOutPath) return parseLeftOut(bytes) && [{ bytes: maskDocument(bytes, 'strict') }]
  if (path.startsWith('timestamps/')) return timestampParts(path, bytes, files)
  const document = known.get(path)
  return document?.sha256 === hash('sha256', bytes, 'hex')
    ? [{ bytes: maskDocument(bytes, document.trust) }]
    : undefined
}

/** The payload is all that is not base64 of a signature, or the same in every envelope. */
function envelopeParts(path: string, bytes: Uint8Array, known: Known): Part[] {
  const { payload, keyid, further = [] } = parseEnvelope(bytes)
  const isRead = known.get(path)?.sha256 === hash('sha256', bytes, 'hex')
  const named = [keyid, ...further.map((each) => each.keyid)].flatMap((each) =>
    each === undefined || /^SHA256:[A-Za-z0-9+/]{43}$/.test(each) ? [] : [{ part: 'keyid', bytes: Buffer.from(each) }],
  )
  return [{ part: 'payload', bytes: isRead ? maskDocument(payload, 'strict') : payload }, ...named]
}

function sigstoreParts(path: string, bytes: Uint8Array, files: Files, keys: Keys | undefined): Part[] | undefined {
  const envelope = files.get(path.replace(/sigstore\.json$/, 'dsse.json'))
  if (envelope === undefined || keys === undefined) return undefined
  const seq = Number(/\d+/.exec(path)![0])
  const hint = fingerprintOf('attestation', attestationKeyAt(keys.chains, seq))
  return textOf(bytes) === formatSigstoreBundle(envelope, hint) ? [] : undefined
}

/** They follow from keys and programs, which are files of their own. */
function instructionsOf({ chains, origin }: Keys, files: Files): string {
  const isStamped = [...files.keys()].some((path) => timestampFile.test(path))
  const programs = { verifyScript: Buffer.from(verifyScript), verifyLogScript: Buffer.from(verifyLogScript) }
  return verifyText({ chains, origin, ...programs, companionVersion, isStamped })
}

const timestampFile = /^timestamps\/(\d{1,16})\.([a-z0-9][a-z0-9-]{0,31})\.tsr$/
const authorityFile = /^timestamps\/authorities\/[0-9a-f]{64}\.pem$/

/** What an authority signed about a checkpoint of the bundle is digests, times and its own names; so is a certificate. */
function timestampParts(path: string, bytes: Uint8Array, files: Files): Part[] | undefined {
  if (authorityFile.test(path))
    return formatCertificate(parseCertificates(textOf(bytes))[0]!) === textOf(bytes) ? [] : undefined
  const size = Number(timestampFile.exec(path)?.[1] ?? Number.NaN)
  const note = files.get(olderCheckpointPath(size)) ?? files.get(bundlePaths.checkpoint)!
  const pinned = [...files].flatMap(([each, pem]) => (authorityFile.test(each) ? parseCertificates(textOf(pem)) : []))
  verifyTimestamp(bytes, { bytes: note, pinned })
  return []
}

/** A log is named after its key, and so is whoever signs: `odv.example/deletion-log/` and 16 hexadecimal digits. */
function noteParts(note: string): Part[] {
  const { origin, signatures } = parseCheckpoint(note)
  return [origin, ...signatures.map(({ name }) => name)].flatMap((name) => nameParts(name))
}

function keyParts(vkey: string, bytes: Uint8Array, written: (vkey: string) => string): Part[] | undefined {
  return written(vkey) === textOf(bytes) ? nameParts(parseVkey(vkey).name) : undefined
}

const nameParts = (name: string): Part[] =>
  /^odv\.example\/deletion-log\/[0-9a-f]{16}$/.test(name) ? [] : [{ part: 'name of the log', bytes: Buffer.from(name) }]

const pem =
  /^-----BEGIN PUBLIC KEY-----\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n-----END PUBLIC KEY-----\n$/
const pemParts = (bytes: Uint8Array): Part[] | undefined => (pem.test(textOf(bytes)) ? [] : undefined)

const retiredKeys = /^keys\/retired\/(attestation-p256|log-ed25519)\.[1-9]\d*\.pub\.pem$/

function keyKindOf(path: string): KeyKind | undefined {
  const name = retiredKeys.exec(path)?.[1]
  if (path === bundlePaths.attestationKey || name === 'attestation-p256') return 'attestation'
  return path === bundlePaths.logKey || name === 'log-ed25519' ? 'log' : undefined
}

/** What strict parsers have read: documents by their path, with the SHA-256 (hex) of the file, and envelopes likewise. */
export type Known = ReadonlyMap<string, { sha256: string; trust: Trust }>

export function knownIn({ runs, transitions }: Pick<Filing, 'runs' | 'transitions'>): Known {
  return new Map(
    [...runs.flatMap(attestedOf), ...transitions].flatMap(({ seq, envelopeSha256, statement }) => {
      const { phase } = statement.predicate
      // Those two documents may hold more than their statements repeat.
      const trust: Trust = phase === 'scope' || phase === 'run-summary' ? 'loose' : 'strict'
      return [
        [envelopePath(seq), { sha256: envelopeSha256, trust: 'strict' }],
        [documentPath(seq, documentKindOf(phase)), { sha256: statement.subject[0]!.digest.sha256, trust }],
      ] as const
    }),
  )
}

const ownPaths = new Set<string>(Object.values(bundlePaths))

/** A name that is made of a number and words of ours says nothing; another one is looked at. */
function* viewOfName(path: string, known: Known): Generator<View> {
  const seq = Number(/^attestations\/(\d+)\./.exec(path)?.[1] ?? Number.NaN)
  const authority = timestampFile.exec(path)?.[2]
  if (authority !== undefined) return yield { path, part: 'name of the authority', bytes: Buffer.from(authority) }
  const isOwn =
    authorityFile.test(path) ||
    path === leftOutPath ||
    ownPaths.has(path) ||
    known.has(path) ||
    retiredKeys.test(path) ||
    schemaFiles().has(path) ||
    /^(?:log\/checkpoints|consistency)\/\d{1,16}$/.test(path) ||
    (Number.isSafeInteger(seq) &&
      [envelopePath(seq), proofPath(seq), envelopePath(seq).replace(/dsse/, 'sigstore')].includes(path))
  if (!isOwn) yield { path, part: 'name of the file', bytes: Buffer.from(path) }
}

function exact<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof OdvError) return undefined
    throw error
  }
}
