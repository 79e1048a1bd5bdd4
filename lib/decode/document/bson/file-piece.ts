import { type BsonElement, bsonType } from './elements.ts'

/**
 * Whether a document is a piece of a file in GridFS, and not its first one: drivers cut a file every 255 KiB, also within a word, and each
 * piece is a document of `_id`, `files_id`, `n` and `data`.
 */
export function isLaterPiece(bytes: Buffer, elements: readonly BsonElement[]): boolean {
  if (elements.length !== 4) return false
  const named = (name: string) =>
    elements.find(({ nameAt, nameEnd }) => bytes.toString('latin1', nameAt, nameEnd) === name)
  const [number, data] = [named('n'), named('data')]
  if (number === undefined || data?.type !== bsonType.binary || named('files_id') === undefined) return false
  // In whatever type it is, zero is made of zeros.
  return bytes.subarray(number.at, number.at + number.size).some((byte) => byte !== 0)
}
