import { isCell } from '../archive/archive-names.ts'
import { beginsWith } from '../begins-with.ts'
import { isZeros, withoutZerosBehind } from '../zeros.ts'
import { numbersOf } from './exif-values.ts'
import type { Metadata } from './metadata.ts'
import { isPropertyList, readPropertyList } from './property-list.ts'
import { parseDirectories, type TiffValue } from './tiff.ts'

const mark = Buffer.from('Apple iOS\0\0\x01MM', 'latin1')

/** Whether notes of a maker are those of Apple. */
export const isAppleNotes = (bytes: Uint8Array): boolean => beginsWith(bytes, mark)

/** Values of the exposure at 16 by 16 places have twelve bits and two bytes. */
const isMatrix = (bytes: Buffer) => bytes.length === 512 && bytes.every((byte, at) => at % 2 === 0 || byte < 0x10)
/** Values without a type, of a known length, that are numbers: the exposure, a matrix of colours, a flag. */
const isKnown = ({ tag, bytes }: TiffValue) =>
  (tag === 0x02 && isMatrix(bytes)) || (tag === 0x31 && bytes.length === 44) || bytes.length === 1

/** Reads what iPhones and others note of a picture: one directory of numbers, texts and property lists (as ExifTool has it in `Apple.pm`). What is none of these is a gap. */
export async function readAppleNotes(bytes: Buffer, metadata: Metadata): Promise<void> {
  const tiff = parseDirectories(bytes, false, { name: 'apple', at: mark.length }, mark.length)
  for (const value of tiff.values) await readValue(value, metadata)
  tiff.judge()
  for (const fault of tiff.faults) metadata.gap('corrupt', fault)
}

async function readValue(value: TiffValue, metadata: Metadata): Promise<void> {
  const { type, count, bytes } = value
  const text = withoutZerosBehind(bytes)
  const numbers = count <= 16 && type !== 7 ? numbersOf(value, false) : undefined
  if (type === 7 && isPropertyList(bytes)) await readPropertyList(bytes, isMatrix, metadata)
  else if (type === 7 && isKnown(value)) await metadata.numbers(bytes)
  else if (numbers !== undefined) await metadata.numbers(numbers)
  else if (isCell(text)) await metadata.text(text)
  else if (!isZeros(bytes)) metadata.gap('unsupported-format', 'expected values that are read')
}
