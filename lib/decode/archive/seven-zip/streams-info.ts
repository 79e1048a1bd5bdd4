import { BlockCorrupt } from '../../compression/block-corrupt.ts'
import type { HeaderCursor } from './header-cursor.ts'

/** Types of properties in a 7z header. */
export const property = {
  end: 0,
  header: 1,
  archiveProperties: 2,
  additionalStreams: 3,
  mainStreams: 4,
  files: 5,
  packInfo: 6,
  unpackInfo: 7,
  subStreams: 8,
  size: 9,
  crc: 10,
  folder: 11,
  unpackSize: 12,
  unpackStreams: 13,
  emptyStream: 14,
  emptyFile: 15,
  anti: 16,
  names: 17,
  creationTime: 18,
  accessTime: 19,
  modificationTime: 20,
  attributes: 21,
  encodedHeader: 23,
  dummy: 25,
} as const

export type Coder = { id: string; inputs: number; outputs: number; properties: Buffer }

/**
 * Packed streams that become one stream. `pairs`: an input takes what an output gives; `packed`: inputs that take packed
 * streams. `sizes`: what each output gives. `streams`: sizes of the contents that the one stream is cut into, in order.
 */
export type Folder = {
  coders: Coder[]
  pairs: { input: number; output: number }[]
  packed: number[]
  sizes: number[]
  crc: number | undefined
  streams: { size: number; crc: number | undefined }[]
}

/** `packPosition` counts from the end of the signature header; packed streams follow each other. */
export type StreamsInfo = { packPosition: number; packSizes: number[]; folders: Folder[] }

/** Parses streams info up to its end. @throws BlockCorrupt */
export function parseStreamsInfo(cursor: HeaderCursor): StreamsInfo {
  const info: StreamsInfo = { packPosition: 0, packSizes: [], folders: [] }
  let type = cursor.byte()
  if (type === property.packInfo) {
    Object.assign(info, parsePackInfo(cursor))
    type = cursor.byte()
  }
  if (type === property.unpackInfo) {
    info.folders = parseUnpackInfo(cursor)
    type = cursor.byte()
  }
  for (const folder of info.folders) folder.streams = [{ size: folder.sizes[mainOutput(folder)]!, crc: folder.crc }]
  if (type === property.subStreams) {
    parseSubStreams(cursor, info.folders)
    type = cursor.byte()
  }
  if (type !== property.end) throw new BlockCorrupt('expected the end of the streams of a header')
  const inputs = info.folders.reduce((sum, { packed }) => sum + packed.length, 0)
  if (inputs !== info.packSizes.length) throw new BlockCorrupt('expected every packed stream in one folder')
  return info
}

function parsePackInfo(cursor: HeaderCursor): Pick<StreamsInfo, 'packPosition' | 'packSizes'> {
  const packPosition = cursor.number()
  const count = cursor.count()
  let packSizes: number[] = []
  let type = cursor.byte()
  if (type === property.size) {
    packSizes = Array.from({ length: count }, () => cursor.number())
    type = cursor.byte()
  }
  if (type === property.crc) {
    parseCrcs(cursor, count)
    type = cursor.byte()
  }
  if (type !== property.end || packSizes.length !== count) throw new BlockCorrupt('expected sizes of packed streams')
  return { packPosition, packSizes }
}

function parseUnpackInfo(cursor: HeaderCursor): Folder[] {
  if (cursor.byte() !== property.folder) throw new BlockCorrupt('expected folders')
  const count = cursor.count()
  if (cursor.byte() !== 0) throw new BlockCorrupt('expected folders in the header itself')
  const folders = Array.from({ length: count }, () => parseFolder(cursor))
  if (cursor.byte() !== property.unpackSize) throw new BlockCorrupt('expected sizes of folders')
  for (const folder of folders)
    folder.sizes = Array.from({ length: folder.coders.reduce((sum, { outputs }) => sum + outputs, 0) }, cursor.number)
  let type = cursor.byte()
  if (type === property.crc) {
    for (const [index, crc] of parseCrcs(cursor, count).entries()) folders[index]!.crc = crc
    type = cursor.byte()
  }
  if (type !== property.end) throw new BlockCorrupt('expected the end of the folders')
  return folders
}

const mostCoders = 32

function parseFolder(cursor: HeaderCursor): Folder {
  const count = cursor.count()
  if (count === 0 || count > mostCoders) throw new BlockCorrupt('expected a usual number of coders')
  const coders = Array.from({ length: count }, (): Coder => {
    const flags = cursor.byte()
    if ((flags & 0xc0) !== 0) throw new BlockCorrupt('expected flags of a coder that are known')
    const id = cursor.bytes(flags & 15).toString('hex')
    const [inputs, outputs] = (flags & 0x10) === 0 ? [1, 1] : [cursor.count(), cursor.count()]
    const properties = (flags & 0x20) === 0 ? Buffer.alloc(0) : cursor.bytes(cursor.number())
    return { id, inputs, outputs, properties }
  })
  const inputs = coders.reduce((sum, coder) => sum + coder.inputs, 0)
  const outputs = coders.reduce((sum, coder) => sum + coder.outputs, 0)
  if (inputs > mostCoders || outputs > mostCoders) throw new BlockCorrupt('expected a usual number of streams')
  if (outputs === 0 || inputs < outputs - 1) throw new BlockCorrupt('expected streams that can be bound')
  const pairs = Array.from({ length: outputs - 1 }, () => ({ input: cursor.number(), output: cursor.number() }))
  const free = Array.from({ length: inputs }, (_, input) => input).filter(
    (input) => !pairs.some((pair) => pair.input === input),
  )
  const packedCount = inputs - pairs.length
  const packed = packedCount === 1 ? free : Array.from({ length: packedCount }, cursor.number)
  if (packedCount === 1 && free.length !== 1) throw new BlockCorrupt('expected each input to be bound once')
  return { coders, pairs, packed, sizes: [], crc: undefined, streams: [] }
}

/** The output that no input takes: what the folder gives. */
export function mainOutput({ sizes, pairs }: Folder): number {
  const free = sizes.map((_, output) => output).filter((output) => !pairs.some((pair) => pair.output === output))
  if (free.length !== 1) throw new BlockCorrupt('expected one output that is not bound')
  return free[0]!
}

function parseSubStreams(cursor: HeaderCursor, folders: Folder[]): void {
  let type = cursor.byte()
  let counts = folders.map(() => 1)
  if (type === property.unpackStreams) {
    counts = folders.map(() => cursor.count())
    type = cursor.byte()
  }
  const hasSizes = type === property.size
  for (const [index, folder] of folders.entries()) {
    const count = counts[index]!
    const total = folder.sizes[mainOutput(folder)]!
    if (count === 1) continue
    folder.streams = []
    let left = total
    for (let stream = 1; stream < count; stream++) {
      const size = hasSizes ? cursor.number() : 0
      left -= size
      folder.streams.push({ size, crc: undefined })
    }
    if (left < 0 || (count > 1 && !hasSizes)) throw new BlockCorrupt('expected contents that make up their folder')
    if (count > 0) folder.streams.push({ size: left, crc: undefined })
  }
  if (hasSizes) type = cursor.byte()
  const unknown = folders.flatMap(({ streams, crc }) => (streams.length === 1 && crc !== undefined ? [] : streams))
  if (type === property.crc) {
    for (const [index, crc] of parseCrcs(cursor, unknown.length).entries()) unknown[index]!.crc = crc
    type = cursor.byte()
  }
  if (type !== property.end) throw new BlockCorrupt('expected the end of the contents of folders')
}

function parseCrcs(cursor: HeaderCursor, count: number): (number | undefined)[] {
  return cursor.optionalBits(count).map((isDefined) => (isDefined ? cursor.bytes(4).readUInt32LE(0) : undefined))
}
