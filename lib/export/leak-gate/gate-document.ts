import { hash } from 'node:crypto'
import * as z from 'zod/mini'
import { parseDocument } from '../../verdict/parse-document.ts'
import { bundlePaths } from '../bundle-paths.ts'
import { formatManifestFile } from '../manifest-file.ts'

const count = z.int().check(z.minimum(0))
const text = z.string().check(z.minLength(1), z.maxLength(1000))
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))

/** `files` and `bytes` of a bundle, and the SHA-256 of their lines in `MANIFEST.sha256`: all files but that and the gate's own. */
export type Covered = { files: number; bytes: number; sha256: string }

const document = z.strictObject({
  schemaVersion: z.literal(1),
  about: z.array(text),
  covered: z.strictObject({ files: count, bytes: count, sha256 }),
  /** Of each list of subjects: whose runs it is, how many identifiers were looked for, and the controls of that search. */
  scopes: z.array(
    z.strictObject({
      manifestSha256: sha256,
      subjects: count,
      runs: z.array(text).check(z.minLength(1)),
      planted: count,
      detected: count,
    }),
  ),
  /** Nobody was in scope yet when they ended. */
  runsWithoutScope: z.array(text),
  forms: z.array(text).check(z.minLength(1)),
  hits: z.literal(0),
})

/**
 * `leak-gate.json`: that every file of the bundle was searched for every identifier in scope, and none was found. It says
 * what whoever made the bundle did, and is not signed; who has the identifiers can search again (`odv scan`).
 */
export type GateDocument = z.infer<typeof document>

/** What stands in every `leak-gate.json`, for whoever reads it. */
export const aboutTheGate: readonly string[] = [
  'Before this bundle was written, every file of it but this one and MANIFEST.sha256 was searched for the identifier of every subject in scope of every run in it, with the scanner of the runs and in all forms that it knows. One that is found stops the export.',
  'Files are looked at as they lie there. Payloads of envelopes are looked at decoded, and the report also without its markup; of the report to be printed the texts, put together again where lines and pages cut them.',
  'Left out is what no identifier can be in, though its digits may equal one by chance: digests, times and counts where the strict schema of a document has them; signatures, hashes and keys that parse to the last byte; names that a program gave to runs and files; the programs, which are the same in every bundle; in files for people, what is found just as well when all texts that somebody or a store gave are exchanged for signs.',
  'Planted controls were searched for in the same way, in a text of every kind that is looked at.',
]

/** Every form that the scanner knows; a verifier has no scanner, so they are listed here once more. */
export const gateForms: readonly string[] = [
  'percent',
  'backslash',
  'entity',
  'quoted-printable',
  'utf-7',
  'iso-2022',
  'doubled-quote',
  'padded',
  'grouped',
  'scientific',
  'multibyte',
  'utf-16',
  'hex',
  'base64',
  'base64-uuid',
  'bytes',
  'width',
]

export function formatGateDocument(gate: GateDocument): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(gate, null, 1)}\n`)
}

/** @throws FormatInvalid for anything that `formatGateDocument` does not write */
export function parseGateDocument(bytes: Uint8Array): GateDocument {
  return parseDocument(bytes, document, 'leak gate')
}

export function coveredBy(files: ReadonlyMap<string, Uint8Array>): Covered {
  const others = new Map([...files].filter(([path]) => path !== bundlePaths.manifest && path !== bundlePaths.leakGate))
  const bytes = [...others.values()].reduce((sum, { length }) => sum + length, 0)
  return { files: others.size, bytes, sha256: hash('sha256', formatManifestFile(others), 'hex') }
}
