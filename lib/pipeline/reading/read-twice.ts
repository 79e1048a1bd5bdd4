import { hash } from 'node:crypto'
import { headLength } from '../../decode/checks/known-formats.ts'
import { framedText } from '../../decode/parts/decode-frames.ts'
import { isReadAsIs } from '../../decode/parts/decode-part.ts'
import { cuttableFormat } from '../../decode/parts/decode-parts.ts'
import { bytesInOneCall } from '../../inventory/call-capacity.ts'
import { chooseSample } from '../../inventory/choose-sample.ts'
import type { InventoryEntry, ListedVersion } from '../../inventory/object-version.ts'
import type { Slice } from '../../inventory/slice.ts'
import {
  type Opinion,
  opinionOnFrames,
  opinionOnObject,
  opinionOnParts,
  opinionOnSlice,
} from '../../scan/opinion/second-opinion.ts'
import { placeHead } from '../../scan/places/place-keeper.ts'
import { orGap } from '../../scan/slices/end-slice.ts'
import { readHead } from '../../scan/slices/scan-slice.ts'
import type { CaseKeys } from '../../subject-index/case-keys.ts'
import type { PassRef } from '../evidence/evidence-keys.ts'
import { openRanges } from './open-ranges.ts'
import { declaredFor, inTime, type ReadContext } from './read-context.ts'
import { readAgain } from './read-version.ts'

/** What is read twice of a batch: the same whenever it is drawn again. */
export function drawSample(
  entries: readonly InventoryEntry[],
  ref: PassRef & { batch: number },
  { sampleKey }: CaseKeys,
) {
  const { runId, storeId, pass, batch } = ref
  return chooseSample(entries, ({ seq, versionId }) =>
    hash(
      'sha256',
      Buffer.concat([sampleKey, Buffer.from(JSON.stringify([runId, storeId, pass, batch, seq, versionId]))]),
      'buffer',
    ),
  )
}

/**
 * An opinion on a version, or a slice of it, from a reading of its own. Absent where it cannot be read, or is not read by the
 * call that has this slice: the scan says so.
 */
export async function readForOpinion(
  entry: InventoryEntry,
  version: ListedVersion,
  slice: Slice | undefined,
  reading: ReadContext,
  seed: Uint8Array,
): Promise<Opinion | undefined> {
  if (reading.isLate()) return undefined
  const { index, forms, picturesMayBeClean } = reading
  const options = { index, forms, seed, picturesMayBeClean }
  // Bytes are counted as progress once.
  const uncounted = { ...reading, meter: { add() {} } }
  const declared = declaredFor(version.key, reading)
  if (slice !== undefined) {
    const { read } = openRanges(version, uncounted)
    const object = { size: entry.size, read }
    const head = await readHead(read, Math.min(headLength, entry.size))
    if (!(head instanceof Uint8Array)) return undefined
    const format = declared === undefined ? cuttableFormat(head) : undefined
    if (format !== undefined) {
      const opinion = await opinionOnParts(object, { format, slice }, options)
      if (opinion !== 'uncut') return opinion
    }
    if (declared === undefined && isReadAsIs(head))
      return opinionOnSlice(read, slice, { head, size: entry.size }, options)
    const text = declared === undefined ? await orGap(framedText(object, head, placeHead)) : undefined
    if (text !== undefined && 'reason' in text) return undefined
    // The first slice has one that knows nothing of frames.
    if (slice.index > 0) return text && opinionOnFrames(object, text, slice, options)
    const most = bytesInOneCall('container', reading.callSeconds, reading.scanMemory)
    if (text === undefined && entry.size > most) return undefined
  }
  const opened = await reading.store.open(version)
  if (opened.kind === 'unreadable') return undefined
  try {
    const { at } = readAgain(version, entry.size, uncounted)
    return await opinionOnObject(inTime(opened.chunks, uncounted).chunks, options, at, declared)
  } finally {
    await opened.close()
  }
}
