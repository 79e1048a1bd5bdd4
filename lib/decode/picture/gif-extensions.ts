import { type ByteSource, byteSource } from '../byte-source.ts'
import { addGap, type Decoding, type Stop } from '../decoding.ts'
import { inOne, takeBytes } from '../next-bytes.ts'
import { readRaw } from '../raw-content.ts'
import { withoutZerosBehind } from '../zeros.ts'
import { subBlocks } from './gif-blocks.ts'
import { readIcc } from './icc.ts'
import type { PictureFields } from './picture-fields.ts'
import { holdMetadata, readText, readUnknown } from './picture-parts.ts'

/** Where an extension goes: its fields, and at `path` its content. */
type Part = {
  readonly path: readonly string[]
  readonly decoding: Decoding
  readonly fields: PictureFields
  readonly stop: Stop
}

const control = 0xf9
const comment = 0xfe
const plainText = 0x01
const application = 0xff
const controlWidths = [1, 2, 1]
const textWidths = [2, 2, 2, 2, 1, 1, 1, 1]
const applicationLength = 11

/** Reads an extension behind its label (GIF 89a, 23 to 26), from the first of its blocks to the empty one. */
export async function readExtension(label: number, source: ByteSource, part: Part): Promise<void> {
  const { path, decoding, fields, stop } = part
  const first = async (length: number): Promise<Buffer> => {
    const bytes = await takeBytes(source, length + 1)
    if (bytes === undefined) throw stop('truncated', 'expected more bytes of an extension')
    if (bytes[0] !== length) throw stop('corrupt', 'expected an extension as it is defined')
    return bytes.subarray(1)
  }
  switch (label) {
    case control:
      await fields.numbers('control', await first(4), controlWidths, 'LE')
      if ((await takeBytes(source, 1))?.[0] !== 0) throw stop('corrupt', 'expected the end of an extension')
      return
    case comment:
      return readBlocks(source, part, (bytes) => readText(withoutZerosBehind(bytes), path, decoding))
    case plainText:
      await fields.numbers('text', await first(12), textWidths, 'LE')
      return readBlocks(source, part, (bytes) => readText(bytes, path, decoding))
    case application:
      return readApplication((await first(applicationLength)).toString('latin1'), source, part)
    default: {
      await fields.texts('label', Buffer.from(String(label)))
      return readUnknownBlocks(source, part)
    }
  }
}

/**
 * Reads the text that blocks are together. Where one that is not the last has fewer bytes than it may have, it may also be a line of its own, or what is behind it something else:
 * then `[...path, 'blocks']` has each block by itself.
 */
async function readBlocks(
  source: ByteSource,
  { path, decoding, stop }: Part,
  read: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  const lengths: number[] = []
  const bytes = await holdMetadata(subBlocks(source, stop, lengths), path)
  await read(bytes)
  if (areFull(lengths)) return
  await readText(
    apart(bytes, lengths, () => lineFeed),
    [...path, 'blocks'],
    decoding,
  )
}

const mostOfBlock = 255
const areFull = (lengths: readonly number[]) => lengths.slice(0, -1).every((length) => length === mostOfBlock)
const lineFeed = 0x0a

/** Blocks again, with a byte in front of each. */
function apart(bytes: Buffer, lengths: readonly number[], byteOf: (length: number) => number): Buffer {
  const parts: Uint8Array[] = []
  let at = 0
  for (const length of lengths) {
    parts.push(Buffer.from([byteOf(length)]), bytes.subarray(at, at + length))
    at += length
  }
  return Buffer.concat(parts)
}

function readUnknownBlocks(source: ByteSource, part: Part): Promise<void> {
  const detail = 'gif: expected extensions that are known'
  return readBlocks(source, part, (bytes) => readUnknown(byteSource(inOne(bytes)), part.path, part.decoding, detail))
}

/** An extension of an application, behind its name and a code of three bytes (26). */
async function readApplication(name: string, source: ByteSource, part: Part): Promise<void> {
  const { path, decoding, fields, stop } = part
  await fields.texts('application', Buffer.from(name, 'latin1'))
  const held = () => holdMetadata(subBlocks(source, stop), path)
  if (name === 'NETSCAPE2.0' || name === 'ANIMEXTS1.0') {
    const bytes = await held()
    const widths = loopWidths[bytes[0] ?? -1]
    if (bytes.length === widths?.reduce((sum, width) => sum + width))
      return fields.numbers('loop', bytes, widths!, 'LE')
    addGap(decoding, { reason: 'corrupt', path, offset: 0, detail: 'gif: expected a number of repetitions' })
    return readRaw(byteSource(inOne(bytes)), path, decoding, { kind: 'any' })
  }
  if (name === 'XMP DataXMP') return readText(await holdXmp(source, part), path, decoding)
  if (name.startsWith('ICCRGBG1')) return readIcc(await held(), path, decoding)
  await readUnknownBlocks(source, part)
}

/** How often it is repeated, or of how many bytes a reader should have kept; the first number says which. */
const loopWidths: Readonly<Record<number, readonly number[]>> = { 1: [1, 2], 2: [1, 4] }

/** Behind XMP, so that whoever reads it as blocks comes to their end wherever the last one ended (XMP part 3, 1.1.2). */
const magicTrailer = Buffer.from([1, ...Array.from({ length: 256 }, (_, index) => 255 - index)])

/** XMP, which is not in blocks, though whoever takes it for such comes to its end; or in blocks all the same, each as long as it may be but the last. */
async function holdXmp(source: ByteSource, { path, decoding, stop }: Part): Promise<Buffer> {
  const lengths: number[] = []
  const asBlocks = await holdMetadata(subBlocks(source, stop, lengths), path)
  const asItIs = apart(asBlocks, lengths, (length) => length)
  if (asItIs.subarray(-magicTrailer.length).equals(magicTrailer)) return asItIs.subarray(0, -magicTrailer.length)
  if (!areFull(lengths))
    addGap(decoding, { reason: 'corrupt', path, offset: 0, detail: 'gif: expected XMP that ends as it has to' })
  return asBlocks
}
