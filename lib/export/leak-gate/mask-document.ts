import { executionPattern, keyProtections } from '../../attestation/statement-schema.ts'
import { valueKinds } from '../../decode/format-place.ts'
import { latin1 } from '../../decode/latin-1.ts'
import { unverifiedReasons } from '../../decode/unverified.ts'
import { findingPlaces } from '../../finding/finding.ts'
import { contexts } from '../../scan/controls/control-samples.ts'
import { numberContext } from '../../scan/controls/number-sample.ts'
import { sampleFormats } from '../../scan/controls/sample-formats.ts'
import { formNames, summariesOf } from '../../scan/forms/form-names.ts'
import { replaceFieldWords } from '../../scan/places/field-words.ts'
import { hashedFormNames, hashedSummariesOf } from '../../subject-index/hashed-forms.ts'
import { shapeCodes } from '../../subject-index/shape-code.ts'
import { type Scalar, scalarsOf } from './json-scalars.ts'
import { programWords } from './program-words.ts'

/**
 * Takes the place of what a machine made. It belongs to no alphabet of identifiers and to no form of one, so what stands
 * beside it is read as it is.
 */
const mask = ':'

/**
 * What a strict schema has of places: containers as decoders name them, steps and cells by number, and names of fields that are nothing but
 * words of a closed list. All else in them is looked at.
 */
const placed: Record<string, (part: string) => string> = {
  path: (part) => (/^"[a-z0-9]+(?:-[a-z0-9]+)*"$/.test(part) ? blank(part) : part),
  place: (part) => (findingPlaces.some((place) => part === `"${place}"`) ? blank(part) : part),
  form: (part) =>
    part
      .slice(1, -1)
      .split(' ')
      .every((name) => formNames.includes(name))
      ? blank(part)
      : part,
  field: (part) => replaceFieldWords(part, blank).replace(/#[0-9]+(?=["[.])|\[[0-9]+\]/g, blank),
  cell: (part) => (/^"[A-Z]{1,4}[1-9][0-9]{0,9}"$/.test(part) ? blank(part) : part),
  columnName: (part) => replaceFieldWords(part, blank),
  tableName: (part) => replaceFieldWords(part, blank),
  valueKind: (part) => (valueKinds.some((kind) => part === `"${kind}"`) ? blank(part) : part),
  sheetName: (part) => replaceFieldWords(part, blank),
}

/** `strict`: a schema knows every member of the document; in another one only these members hold numbers of ours. */
export type Trust = 'strict' | 'loose'
const counts = new Set(
  (
    'schemaVersion rows confirmed notYetTransferred subjects lengths depth ratio decodedBytes windowLog heldBytes members digests ' +
    'planned detected deleted neverFound residual undetermined'
  ).split(' '),
)
const digests = /(?:[sS]ha256|Commitment|[rR]oot|^builds)$/
/** Texts that hold the name of a run. */
const named = new Set(['runId', 'requestId', 'name', 'reasons', 'execution'])
/** Texts that a program of ours words, from counts and terms of its own. The detail of an exception is a person's. */
const sentences = new Set(
  'limitations reasons reason forms containers detail protection error state phase result channel by code outcome kind shape caseRule'.split(
    ' ',
  ),
)
/** Those of them that hold counts, and that a verifier makes again or that have one wording. */
const counting = new Set(['limitations', 'reasons'])

/** Names that we give to runs (`lib/cli`, `lib/api`, the schedule of a deployment). Any other name is somebody's text. */
const ownRunNames =
  /(?<![\w.@+-])(?:run-\d{8}-\d{6}-[0-9a-f]{6}|run-key-[0-9a-f]{32}|nightly-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z@])/g
const wholeTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/
/**
 * Where nothing can go on that an identifier is a part of: behind a space or the beginning, before a space or the end. A bracket may
 * be between, and behind a word what ends a clause; `.` is in addresses and handles, and `;` ends a character reference.
 */
const [begins, ends] = [String.raw`(?<=^"?\(?| \(?)`, '(?=[.,:;)]*(?: |"?$))']
/** Counts in the sentences of `decide-verdict.ts`, `to-run-summary.ts` and `limitations.ts`; a group of a number's digits is none. */
const spokenCounts = new RegExp(
  [
    String.raw`${begins}(?<!\d )\d+(?= (?:(?:finding|subject|object version|file system|archived version|false alarm)s?\b|bytes\b|days\)|of \d|reported\b|detected\b))`,
    String.raw`(?<=\d of )\d+${ends}(?! \d)`,
    String.raw`${begins}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z${ends}`,
  ].join('|'),
  'g',
)
/** The places in the detail of an open version (`read-context.ts`), and how many more there are. */
const spokenPlace = /(?<=(?:^"| )byte )\d+(?=: )|(?<=; and )\d+(?= more"$)/g
const words = new RegExp(`${begins}[A-Za-z]+${ends}`, 'g')

/**
 * A document with everything masked that no identifier can be in: digests and times in their form, counts where the schema has
 * counts, names that a program gave, words of our own. Every other byte is where it was. What is no JSON comes back as it is.
 */
export function maskDocument(document: Uint8Array, trust: Trust): Uint8Array {
  const text = latin1(document)
  const scalars = scalarsOf(text)
  if (scalars === undefined) return document
  let result = ''
  let at = 0
  for (const scalar of scalars) {
    result += text.slice(at, scalar.start) + maskScalar(text.slice(scalar.start, scalar.end), scalar, trust)
    at = scalar.end
  }
  return Uint8Array.from(Buffer.from(result + text.slice(at), 'latin1'))
}

function maskScalar(part: string, { kind, key, within }: Scalar, trust: Trust): string {
  if (kind === 'number') return /^\d+$/.test(part) && (trust === 'strict' || counts.has(key)) ? blank(part) : part
  const value = part.slice(1, -1)
  if (kind === 'key') {
    const isOurs = trust === 'strict' || digests.test(value) || counts.has(value)
    return isOurs ? blank(part) : part.replace(words, maskWord)
  }
  if (wholeTime.test(value)) return blank(part)
  if (digests.test(key) && /^[0-9a-f]{64}$/.test(value)) return blank(part)
  if (within === 'exceptions' && key === 'detail') return part
  if ((key === 'keyid' || key === 'fingerprint') && /^SHA256:[A-Za-z0-9+/]{43}$/.test(value)) return blank(part)
  // Of a key transition, where it follows from a key whose signature was verified.
  if (key === 'spki' && trust === 'strict' && /^[A-Za-z0-9+/]{58,122}={0,2}$/.test(value)) return blank(part)
  if (key === 'reason' && unverifiedReasons.some((reason) => reason === value)) return blank(part)
  if (key === 'keyProtection' && keyProtections.some((protection) => protection === value)) return blank(part)
  if (key === 'forms' && isOwnForm(value)) return blank(part)
  if (trust === 'strict' && Object.hasOwn(placed, key)) return placed[key]!(part)
  // Of a deployment, up to the name of its run: no store and no manifest gave any of it.
  let shown =
    key === 'execution' && trust === 'strict' && executionPattern.test(value) ? part.replace(/^.*:/, blank) : part
  if (named.has(key)) shown = shown.replace(ownRunNames, blank)
  return sentences.has(key) ? maskSentence(shown, key) : shown
}

/** Statements repeat the same limitations. */
const masked = new Map<string, string>()
const mostMasked = 1000

function maskSentence(part: string, key: string): string {
  const place = `${key} ${part}`
  const known = masked.get(place)
  if (known !== undefined) return known
  let shown = part
  if (counting.has(key)) shown = shown.replace(spokenCounts, blank)
  if (key === 'detail') shown = shown.replace(spokenPlace, blank)
  for (const summary of [...summariesOf(formNames), ...hashedSummariesOf(hashedFormNames)])
    shown = shown.replaceAll(summary, blank)
  shown = shown.replace(words, maskWord)
  if (masked.size === mostMasked) masked.clear()
  masked.set(place, shown)
  return shown
}

/** `container/context/shape`, or `plain/form/shape`, as `controls.ts` names what was planted. */
function isOwnForm(value: string): boolean {
  const [container, context, shape, ...more] = value.split('/')
  return (
    more.length === 0 &&
    Object.hasOwn(sampleFormats, container!) &&
    (Object.hasOwn(contexts, context ?? '') ||
      context === numberContext ||
      formNames.includes(context ?? '') ||
      hashedFormNames.includes(context ?? '')) &&
    Object.hasOwn(shapeCodes, shape ?? '')
  )
}

const blank = (text: string) => mask.repeat(text.length)
const maskWord = (word: string) => (programWords().has(word.toLowerCase()) ? blank(word) : word)
