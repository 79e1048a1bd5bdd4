import { streamReader } from '../../database/stream-reader.ts'
import { type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { bsonValues } from './bson-values.ts'
import { bsonElements, bsonType, leastDocument, mostDocument } from './elements.ts'

/**
 * Documents of BSON (bsonspec.org, 1.1), one right behind the other, as mongodump writes a collection. They have no magic number: as
 * much of the first document as is at hand has to be one. Its length alone has a byte that text does not have.
 */
export const bson: Format = {
  name: 'bson',
  kind: 'table',
  isFormat: (head) => {
    // The last byte of a length that can be is 0 or 1.
    if (head.length < leastDocument || head[3]! > 1) return false
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
    return !hasEndlessNameless(bytes) && isDocument(bytes, 0)
  },
  read: readBson,
}

/** Whether a document begins at `at`, and those in it are documents, as far as they are there: programs of Windows begin like an empty name. */
function isDocument(bytes: Buffer, at: number): boolean {
  const document = bsonElements(bytes, at)
  const inner = document?.elements.filter(({ type }) => type === bsonType.document || type === bsonType.array)
  return inner?.every((each) => each.at + leastDocument > bytes.length || isDocument(bytes, each.at)) ?? false
}

/** Whether the first value has an empty name and is longer than all that is at hand, which an index of Prometheus is taken for (`\xba\xaa\xd7\0`, version 2). */
function hasEndlessNameless(bytes: Buffer): boolean {
  const first = bsonElements(bytes)?.elements[0]
  return first !== undefined && first.nameAt === first.nameEnd && first.at + first.size > bytes.length
}

async function readBson({ source, path }: Content, decoding: Decoding): Promise<void> {
  const stream = streamReader(source, path, 'bson')
  const values = bsonValues(path, decoding, { values: 0 })
  let isComplete = false
  try {
    while (!(await stream.isAtEnd())) {
      const offset = stream.offset
      const length = Buffer.from(await stream.take(4)).readInt32LE(0)
      if (length < leastDocument || length > mostDocument)
        throw new DecodingStopped('corrupt', path, offset, 'bson: expected the length of a document')
      await values.write(await documentOf(length, stream.take(length - 4)), offset)
    }
    isComplete = true
  } finally {
    stream.release()
    await values.end(isComplete)
  }
}

/** A document whose length was read, with its length. */
export async function documentOf(length: number, rest: Uint8Array | Promise<Uint8Array>): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  bytes.set(await rest, 4)
  bytes.writeInt32LE(length, 0)
  return bytes
}
