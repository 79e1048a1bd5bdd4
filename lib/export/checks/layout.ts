import { FormatInvalid } from '../../errors.ts'
import type { TimestampRef } from '../../timestamp/kept-timestamp.ts'
import {
  bundlePaths,
  consistencyPath,
  type DocumentKind,
  documentPath,
  envelopePath,
  leftOutPath,
  olderCheckpointPath,
  proofPath,
  retiredKeyPath,
  sigstorePath,
  timestampPath,
} from '../bundle-paths.ts'
import type { Checked } from '../run-check.ts'

/** The files of a bundle, each in its place; nothing of them is believed yet. */
export type Layout = {
  /** By sequence number. */
  attestations: {
    seq: number
    kind: DocumentKind
    envelope: Uint8Array
    document: Uint8Array
    proof: Uint8Array
    sigstore: Uint8Array
  }[]
  /** By size. */
  older: { size: number; note: Uint8Array; proof: Uint8Array }[]
  /** Keys that are no longer in force, oldest first. */
  retired: { attestation: Uint8Array[]; log: Uint8Array[] }
  /** By size and then by authority. */
  timestamps: (TimestampRef & { response: Uint8Array })[]
  /** Certificates of authorities, by their SHA-256. */
  authorities: { sha256: string; pem: Uint8Array }[]
  /** Of timestamps that do not hold. */
  leftOut?: Uint8Array
  /** Paths of the schemas, of which older bundles have none. */
  schemas: string[]
} & Record<keyof typeof bundlePaths, Uint8Array>

const smallFile = 64 * 1024
const envelopeLimit = 16 * 1024 * 1024
const toolLimit = 4 * 1024 * 1024
const companionLimit = 512 * 1024 * 1024
/** Of the files that there is one of, unless it is a small one. */
const limits: Partial<Record<keyof typeof bundlePaths, number>> = {
  manifest: Number.POSITIVE_INFINITY,
  verifyScript: toolLimit,
  verifyLogScript: toolLimit,
  report: companionLimit,
  reportPdf: companionLimit,
  stores: companionLimit,
  periods: companionLimit,
  exceptions: companionLimit,
  custody: companionLimit,
  methods: companionLimit,
  leakGate: companionLimit,
}
const documentLimit = 64 * 1024 * 1024

/**
 * Every file has a name that a bundle knows, none is missing, none is besides, none is absurdly large. Names of other
 * files are not repeated: they come from anywhere and may hold anything.
 */
export function checkLayout(files: ReadonlyMap<string, Uint8Array>): Checked<Layout> {
  const known = new Set<string>()
  const take = (path: string, limit: number) => {
    const bytes = files.get(path)
    if (bytes === undefined) throw new FormatInvalid(`${path}: expected a file, got none`)
    if (bytes.length > limit) throw new FormatInvalid(`${path}: expected at most ${limit} bytes, got ${bytes.length}`)
    known.add(path)
    return bytes
  }
  const single = Object.fromEntries(
    Object.entries(bundlePaths).map(([name, path]) => [
      name,
      take(path, limits[name as keyof typeof bundlePaths] ?? smallFile),
    ]),
  ) as Record<keyof typeof bundlePaths, Uint8Array>

  const attestations = numbersIn(files, /^attestations\/(\d{6,16})\.dsse\.json$/, envelopePath).map((seq) => {
    const kind: DocumentKind = files.has(documentPath(seq, 'store-report')) ? 'store-report' : 'document'
    return {
      seq,
      kind,
      envelope: take(envelopePath(seq), envelopeLimit),
      document: take(documentPath(seq, kind), documentLimit),
      proof: take(proofPath(seq), smallFile),
      sigstore: take(sigstorePath(seq), 2 * envelopeLimit),
    }
  })
  const older = numbersIn(files, /^log\/checkpoints\/(\d{1,16})$/, olderCheckpointPath).map((size) => ({
    size,
    note: take(olderCheckpointPath(size), smallFile),
    proof: take(consistencyPath(size), smallFile),
  }))

  const retiredOf = (kind: 'attestation' | 'log') => {
    const keys: Uint8Array[] = []
    while (files.has(retiredKeyPath(kind, keys.length + 1)))
      keys.push(take(retiredKeyPath(kind, keys.length + 1), smallFile))
    return keys
  }
  const retired = { attestation: retiredOf('attestation'), log: retiredOf('log') }

  const schemas = [...files.keys()].filter((path) => /^schemas\/[a-z-]{1,60}\.v[1-9]\d{0,3}\.schema\.json$/.test(path))
  for (const path of schemas) take(path, smallFile)

  const timestamps = timestampsIn(files).map((ref) => ({ ...ref, response: take(timestampPath(ref), smallFile) }))
  const leftOut = files.has(leftOutPath) ? take(leftOutPath, companionLimit) : undefined
  const authorities = [...files.keys()].flatMap((path) => {
    const sha256 = /^timestamps\/authorities\/([0-9a-f]{64})\.pem$/.exec(path)?.[1]
    return sha256 === undefined ? [] : [{ sha256, pem: take(path, smallFile) }]
  })

  if (attestations.length === 0) throw new FormatInvalid('attestations: expected at least one, got none')
  const besides = [...files.keys()].filter((path) => !known.has(path)).length
  if (besides > 0) throw new FormatInvalid(`files: expected only those that a bundle has, got ${besides} besides`)
  const parts = { attestations, older, retired, timestamps, authorities, schemas, ...(leftOut && { leftOut }) }
  return { count: files.size, value: { ...single, ...parts } }
}

/** The numbers that stand in file names, ascending; a number in another form is another file. */
function numbersIn(files: ReadonlyMap<string, Uint8Array>, name: RegExp, path: (number: number) => string): number[] {
  const numbers = [...files.keys()].flatMap((each) => {
    const number = Number(name.exec(each)?.[1] ?? Number.NaN)
    return Number.isSafeInteger(number) && path(number) === each ? [number] : []
  })
  return numbers.sort((a, b) => a - b)
}

function timestampsIn(files: ReadonlyMap<string, Uint8Array>): TimestampRef[] {
  const found = [...files.keys()].flatMap((path) => {
    const [, size, authority] = /^timestamps\/(\d{1,16})\.([a-z0-9][a-z0-9-]{0,31})\.tsr$/.exec(path) ?? []
    const ref = { size: Number(size), authority: authority ?? '' }
    return Number.isSafeInteger(ref.size) && timestampPath(ref) === path ? [ref] : []
  })
  return found.sort((a, b) => a.size - b.size || (a.authority < b.authority ? -1 : 1))
}
