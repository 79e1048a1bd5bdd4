import { byteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { decodeMember } from '../decode-member.ts'
import { addGap, type Decoding, DecodingStopped } from '../decoding.ts'
import { inOne } from '../next-bytes.ts'
import { uuidText } from './number-text.ts'
import { type PlaceOfRow, type RowWriter, rowWriter } from './row-writer.ts'

/**
 * Writes the values of tables (see `RowWriter`). A value that is a container is a content of its own, `[...path, 'value-1']` and so
 * on; any other one is in its row, as it is, where binary ones make a gap unless they are text.
 */
export type ValueWriter = Pick<RowWriter, 'ascii' | 'end'> & {
  /** The next cell, of text in UTF-8. */
  text(value: Uint8Array): void
  /** The next cell, of bytes that may be anything. 16 of them are written as a UUID too, in a content of their own. */
  binary(value: Uint8Array): void
  /** 16 bytes, which are no cell of the row: only as a UUID, in a content of their own. */
  uuid(value: Uint8Array): void
  /** The last digits of the next cell's number are gone. */
  lossy(): void
  /** Ends the row (`mark`: see `RowWriter`) and reads the containers in it. */
  endRow(mark?: number): Promise<void> | undefined
}

/** Numbers the containers in the values of one content. */
export type Numbering = { values: number }

/** Shorter values hold no container that could hold an identifier. */
const leastContainer = 8

export function valueWriter(
  name: string,
  path: readonly string[],
  decoding: Decoding,
  numbering: Numbering,
  placeOf?: PlaceOfRow,
): ValueWriter {
  const own = [...path, name]
  const rows = rowWriter(own, decoding, placeOf)
  const uuids = rowWriter([...path, `${name}-uuids`], decoding)
  let containers: Uint8Array[] = []
  let isLossy = false
  let hasUuid = false

  function uuid(value: Uint8Array): void {
    uuids.ascii(uuidText(value))
    hasUuid = true
  }

  function isContainer(value: Uint8Array): boolean {
    if (value.length < leastContainer) return false
    if (!decoding.isContainer(value.length > headLength ? value.subarray(0, headLength) : value)) return false
    containers.push(Buffer.from(value))
    return true
  }

  async function readContainers(values: Uint8Array[]): Promise<void> {
    for (const value of values) {
      numbering.values += 1
      if (numbering.values > decoding.limits.members)
        throw new DecodingStopped('limit', own, 0, `expected at most ${decoding.limits.members} containers in values`)
      await decodeMember({ source: byteSource(inOne(value)), path: [...path, `value-${numbering.values}`] }, decoding)
    }
  }

  return {
    ascii: rows.ascii,
    async end(isComplete) {
      await rows.end(isComplete)
      if (hasUuid) await uuids.endRow()
      await uuids.end(isComplete)
    },
    text(value) {
      rows.cell(isContainer(value) ? none : value)
    },
    binary(value) {
      rows.cell(isContainer(value) ? none : value)
      if (value.length === 16) uuid(value)
    },
    uuid,
    lossy() {
      if (!isLossy)
        addGap(decoding, {
          reason: 'lossy-number',
          path: own,
          offset: 0,
          detail: 'expected integers below 2^53 in doubles',
        })
      isLossy = true
    },
    endRow(mark) {
      const pushed = rows.endRow(mark)
      if (containers.length === 0 && !hasUuid) return pushed
      const values = containers
      const endsUuids = hasUuid
      containers = []
      hasUuid = false
      return (async () => {
        await pushed
        if (endsUuids) await uuids.endRow()
        await readContainers(values)
      })()
    },
  }
}

const none = new Uint8Array(0)
