import { type Numbering, valueWriter } from '../../database/value-writer.ts'
import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { documentPlaces } from './document-places.ts'
import { type DocumentReading, readDocument } from './read-document.ts'

/** Names that were delivered are remembered up to this number, so that each document does not repeat them. */
const mostNames = 10_000

/** Delivers documents: their values in `values`, a row for each document, and names of fields in `names`. */
export type BsonValues = {
  /** @throws DecodingStopped where `bytes` are not exactly one document. `offset`: where it begins */
  write(bytes: Buffer, offset: number): Promise<void>
  end(isComplete: boolean): Promise<void>
}

export function bsonValues(path: readonly string[], decoding: Decoding, numbering: Numbering): BsonValues {
  const places = documentPlaces()
  const values = valueWriter('values', path, decoding, numbering, places.placeOf)
  const names = valueWriter('names', path, decoding, numbering)
  const known = new Set<string>()
  let newNames: string[] = []
  let offset = 0

  function noteName(name: string): void {
    if (known.has(name)) return
    if (known.size < mostNames && name.length < 200) known.add(name)
    newNames.push(name)
  }

  const reading: DocumentReading = {
    values,
    stop: (reason, expected) => new DecodingStopped(reason, path, offset, `bson: expected ${expected}`),
    onName: noteName,
    onEncrypted: () =>
      addGap(decoding, { reason: 'encrypted', path, offset, detail: 'bson: expected values that are not encrypted' }),
    onPiece: () =>
      addGap(decoding, {
        reason: 'unsupported-format',
        path,
        offset,
        detail: 'bson: expected no file in pieces (GridFS)',
      }),
  }

  return {
    async write(bytes, at) {
      offset = at
      readDocument(bytes, reading)
      await values.endRow(places.add(bytes))
      for (const name of newNames) {
        names.text(Buffer.from(name, 'latin1'))
        await names.endRow()
      }
      newNames = []
    },
    async end(isComplete) {
      await values.end(isComplete)
      await names.end(isComplete)
    },
  }
}
