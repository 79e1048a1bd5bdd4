import { canonicalOf } from '../../manifest/identifier.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { localCharacters } from '../finders/alphabets.ts'
import type { FormMatcher } from '../forms/form-matcher.ts'
import type { Occurrence } from '../occurrence.ts'
import { eachNamePart } from './name-parts.ts'

/**
 * Finds the identifiers in a content that consists of names of files, as those in an archive: as in any content, and as parts of
 * a name, like in the key of an object (`bob@example.com.jsonl`). `create` makes the matcher of contents.
 */
export function createNameMatcher(
  index: SubjectIndex,
  create: (onOccurrence: (occurrence: Occurrence) => void) => FormMatcher,
  onOccurrence: (occurrence: Occurrence) => void,
): FormMatcher {
  // Digits are no part of a longer run of their alphabet between `.`, `-` and `_`.
  const hasParts = index.shapes.some(({ shape }) => shape !== 'decimal')
  const seen = new Set<string>()
  const report = (occurrence: Occurrence): void => {
    const place = `${occurrence.offset} ${occurrence.ordinal}`
    if (seen.has(place)) return
    if (seen.size >= mostSeen) seen.clear()
    seen.add(place)
    onOccurrence(occurrence)
  }
  const matcher = create(report)
  const segment = Buffer.alloc(longestSegment)
  let length = 0
  let isDivided = false
  /** What is in the segment goes on before it. */
  let goesOn = false
  let offset = 0
  let record = 1

  /** `isCut`: the name goes on behind the segment. What touches a cut is in the piece on its other side as a whole. */
  function look(isCut: boolean): void {
    if (isDivided)
      eachNamePart(segment.subarray(0, length), (part) => {
        if (!index.isListed(part.text)) return
        if ((goesOn && part.offset === 0) || (isCut && part.offset + part.text.length === length)) return
        const result = canonicalOf(part.text, index.caseRule)
        const ordinal = 'problem' in result ? -1 : index.ordinalOf(result.shape, result.canonical)
        if (ordinal !== -1) report({ ordinal, record, offset: offset - length + part.offset })
      })
  }
  function endSegment(): void {
    look(false)
    length = 0
    isDivided = goesOn = false
  }
  function take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (inName[byte] === 0) {
        endSegment()
        if (byte === lineFeed) record += 1
      } else {
        if (length === longestSegment) {
          look(true)
          goesOn = true
          segment.copyWithin(0, length - keptOfSegment, length)
          length = keptOfSegment
        }
        segment[length++] = byte
        if (divides[byte] === 1) isDivided = true
      }
      offset += 1
    }
  }

  return {
    writeNumbers: () => undefined,
    write(bytes) {
      matcher.write(bytes)
      if (hasParts) take(bytes)
    },
    end() {
      endSegment()
      matcher.end()
    },
    finish(after) {
      endSegment()
      matcher.finish(after)
    },
    stop: matcher.stop,
    lossy: matcher.lossy,
    glued: matcher.glued,
    undecided: () => Math.max(0, Math.min(offset - longestSegment, matcher.undecided())),
    records: matcher.records,
  }
}

const lineFeed = 10
/** What is reported twice is looked for among so many; more are never in one name. */
const mostSeen = 10_000
/** Longer names are looked at in pieces, which overlap by more than an identifier. */
const longestSegment = 4096
const keptOfSegment = 512

/** Characters that an identifier in a name may have; folders and fields stand between others. */
const inName = Uint8Array.from(localCharacters, (belongs, byte) =>
  byte === 0x40 || (belongs === 1 && byte !== 0x2f && byte !== 0x3d) ? 1 : 0,
)
/** Without any of these a name is a run of its own, which is found as in any content. */
const divides = Uint8Array.from(inName, (belongs, byte) =>
  belongs === 1 && !/[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? 1 : 0,
)
