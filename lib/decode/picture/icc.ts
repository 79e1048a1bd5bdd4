import { headLength } from '../checks/known-formats.ts'
import { uuidText } from '../database/number-text.ts'
import { type RowWriter, textWriter } from '../database/row-writer.ts'
import { addGap, type Decoding } from '../decoding.ts'
import { once, readRaw } from '../raw-content.ts'
import type { UnverifiedReason } from '../unverified.ts'
import { type Piece, unusedOf } from './icc-pieces.ts'
import { readTag } from './icc-tags.ts'
import { textCells } from './picture-fields.ts'

const headerLength = 128
const tagLength = 12
const tagsAt = headerLength + 4
const dateAt = 24
const signatureAt = 36
const profileIdAt = 84

/**
 * Reads a profile of colours (ICC.1:2022, 7): all of its bytes are pushed at `path`, since numbers may be text as well, and `[...path, 'text']` has a line for its header and
 * for the texts of each tag. Curves and tables are held to their sizes; what is no tag of a type that is read is a gap.
 */
export async function readIcc(bytes: Uint8Array, path: readonly string[], decoding: Decoding): Promise<void> {
  await readRaw(once(bytes), path, decoding, { kind: 'structure' })
  const rows = textWriter([...path, 'text'], decoding)
  const gap = (reason: UnverifiedReason, expected: string) =>
    addGap(decoding, { reason, path, offset: 0, detail: `icc: expected ${expected}` })
  await readProfile(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), rows, decoding, gap)
  await rows.end()
}

type Gap = (reason: UnverifiedReason, expected: string) => void

async function readProfile(bytes: Buffer, rows: RowWriter, decoding: Decoding, gap: Gap): Promise<void> {
  if (bytes.length < tagsAt) return gap('truncated', 'more bytes of a profile')
  if (bytes.toString('latin1', signatureAt, signatureAt + 4) !== 'acsp') return gap('corrupt', 'a profile')
  await writeHeader(bytes, rows)
  if (bytes.readUInt32BE(0) !== bytes.length) gap('corrupt', 'a profile of the size that it says')
  const count = bytes.readUInt32BE(headerLength)
  const end = tagsAt + count * tagLength
  if (end > bytes.length) return gap('truncated', 'more tags')

  const pieces = new Map<string, Piece>()
  for (let at = tagsAt; at < end; at += tagLength) {
    const [from, length] = [bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8)]
    if (from < end || from + length > bytes.length) return gap('corrupt', 'tags within a profile')
    writeSignature(bytes.subarray(at, at + 4), rows)
    await rows.endRow()
    pieces.set(`${from} ${length}`, { from, to: from + length })
  }
  const tags = [...pieces.values()]
  const unused = unusedOf(bytes, [{ from: 0, to: end }, ...tags])
  if (unused === undefined) return gap('corrupt', 'tags that are apart')
  for (const { from, to } of unused) {
    textCells(rows, bytes.subarray(from, to))
    await rows.endRow()
  }
  for (const { from, to } of tags) {
    const tag = bytes.subarray(from, to)
    if (isOther(tag, decoding)) gap('unsupported-format', 'texts that are of no format')
    await readOneTag(tag, rows, gap)
  }
}

/** Where the text of a tag begins. */
const textAt: Readonly<Record<string, number>> = { text: 8, desc: 12 }

/** Whether the text of a tag is a content of its own, as HTML is, which a line does not say. */
function isOther(tag: Buffer, decoding: Decoding): boolean {
  const at = textAt[tag.toString('latin1', 0, 4)]
  return at !== undefined && decoding.isContainer(tag.subarray(at, at + headLength))
}

async function readOneTag(tag: Buffer, rows: RowWriter, gap: Gap): Promise<void> {
  const problem = readTag(tag, rows)
  await rows.endRow()
  if (problem === 'unknown') gap('unsupported-format', 'types of tags that are read')
  else if (problem === 'corrupt') gap('corrupt', 'a tag as its type has it')
}

/** The header (7.2): names of four characters, a date, flags and other numbers, and the digest of the whole; sizes, versions and the colour of the light are only pushed as they are. */
async function writeHeader(bytes: Buffer, rows: RowWriter): Promise<void> {
  for (const at of [4, 12, 16, 20, 40, 44, 48, 52, 56, 60, 64, 80]) writeSignature(bytes.subarray(at, at + 4), rows)
  for (let at = dateAt; at < signatureAt; at += 2) rows.ascii(String(bytes.readUInt16BE(at)))
  rows.ascii(uuidText(bytes.subarray(profileIdAt, profileIdAt + 16)))
  await rows.endRow()
}

/** Four characters, or else a number. */
function writeSignature(bytes: Buffer, rows: RowWriter): void {
  const text = bytes.toString('latin1')
  rows.ascii(/^[ -~]+$/.test(text) ? text : String(bytes.readUInt32BE()))
}
