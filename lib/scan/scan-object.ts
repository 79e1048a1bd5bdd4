import { type DecodeOptions, decodeObject } from '../decode/decode-object.ts'
import type { Gap } from '../decode/unverified.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { defaultForms } from './forms/form-names.ts'
import type { Occurrence } from './occurrence.ts'
import { openMatchers } from './open-matchers.ts'
import type { Where } from './places/where.ts'

/**
 * What reading one object came to. `bytes` are stored bytes, `decodedBytes` what was scanned of them, `records` lines
 * in all its contents, `sha256` (hex) of the stored bytes, `moreGaps` how many gaps there are that `gaps` has not. Only a `complete` scan without occurrences is clean.
 */
export type ObjectScan = {
  bytes: number
  decodedBytes: number
  records: number
  sha256: string
  complete: boolean
  gaps: Gap[]
  moreGaps: number
}

/**
 * An occurrence with the containers around its content, outermost first, which of the object's contents that is, by opening, and
 * where in it, as far as that is asked for and can be told.
 */
export type PlacedOccurrence = Occurrence & { path: readonly string[]; content: number; where?: Where }

/** Told of each occurrence. For `true` its `where` is found out, and is there when the scan has ended. */
export type OnOccurrence = (occurrence: PlacedOccurrence) => unknown

/** How an object is scanned; `scanObject`, or in tests one that is blind. */
export type ScanObject = (
  chunks: AsyncIterable<Uint8Array>,
  index: SubjectIndex,
  onOccurrence: OnOccurrence,
  options?: ScanOptions,
) => Promise<ObjectScan>

/** `forms`: those that are looked for; the other ones see `decodeObject`. */
export type ScanOptions = Omit<DecodeOptions, 'limits'> & {
  sought?: Sought | undefined
  forms?: readonly string[] | undefined
}

/**
 * Whose identifiers are reported. A control names nobody: where one stands in a real object, by chance or by somebody's
 * hand, is no reason to delete it, so controls are reported only to the check that planted them.
 */
export type Sought = 'subjects' | 'subjects-and-controls'

/**
 * Reads one object to its last byte, unwraps it, and reports every identifier in it, plain and in these forms.
 */
export const scanObject: ScanObject = async (
  chunks,
  index,
  onOccurrence,
  { sought = 'subjects', forms = defaultForms, ...how } = {},
) => {
  const matchers = openMatchers(index, forms, sought, onOccurrence)
  const reading = await decodeObject(chunks, matchers.open, how)
  const { records, gaps, moreGaps } = matchers.stop()
  return {
    ...reading,
    records,
    gaps: [...reading.gaps, ...gaps],
    moreGaps: reading.moreGaps + moreGaps,
    complete: reading.complete && gaps.length === 0,
  }
}
