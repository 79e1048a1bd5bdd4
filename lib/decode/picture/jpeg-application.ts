import { createHash } from 'node:crypto'
import { byteSource } from '../byte-source.ts'
import { DecodingStopped } from '../decoding.ts'
import { inOne } from '../next-bytes.ts'
import { withoutZerosBehind } from '../zeros.ts'
import { readExif, readMultiPicture } from './exif.ts'
import { readGainMap } from './gain-map.ts'
import { readIcc } from './icc.ts'
import { type Metadata, unlessStopped } from './metadata.ts'
import { readPhotoshop } from './photoshop.ts'
import { mostMetadata, readUnknown } from './picture-parts.ts'
import { writeUtf16 } from './utf-16-text.ts'

/** What applications write into a picture in JPEG, in segments of their own: each begins with a name, or is a comment. `end`: reads what stands in several of them. */
export type ApplicationData = {
  segment(code: number, payload: Buffer): Promise<void>
  comment(payload: Buffer): Promise<void>
  end(): Promise<void>
}

/** A segment has no more behind its length. */
const mostPayload = 65_533

type Piece = { at: number; bytes: Buffer }
type Joined = { pieces: Piece[]; whole: Set<number> }

export function applicationData(metadata: Metadata): ApplicationData {
  const { decoding, path } = metadata
  const profile: Joined = { pieces: [], whole: new Set() }
  /** By the MD5 of it that its pieces have. */
  const extended = new Map<string, Joined>()
  const photoshop: Buffer[] = []
  /** Pieces of a comment that is longer than a segment. */
  let comment: Buffer[] = []
  let joined = 0

  function count(bytes: Buffer): Buffer {
    joined += bytes.length
    if (joined <= mostMetadata) return bytes
    throw new DecodingStopped('limit', path, 0, `jpeg: expected at most ${mostMetadata} bytes of metadata`)
  }

  const kinds: readonly [code: number, name: string, read: (bytes: Buffer) => Promise<void> | void][] = [
    [0xe0, 'JFIF\0', (bytes) => readJfif(bytes, metadata)],
    [0xe0, 'JFXX\0', (bytes) => readExtension(bytes, metadata)],
    [0xe1, 'Exif\0\0', (bytes) => readExif(bytes, metadata.pathOf('exif'), decoding)],
    [0xe1, 'http://ns.adobe.com/xap/1.0/\0', (bytes) => metadata.content('xmp', withoutZerosBehind(bytes))],
    [
      0xe1,
      'http://ns.adobe.com/xmp/extension/\0',
      (bytes) => {
        if (bytes.length < 40) return metadata.gap('corrupt', 'expected a piece of extended XMP')
        const digest = bytes.toString('latin1', 0, 32)
        const pieces = extended.get(digest) ?? { pieces: [], whole: new Set() }
        extended.set(digest, pieces)
        pieces.whole.add(bytes.readUInt32BE(32))
        pieces.pieces.push({ at: bytes.readUInt32BE(36), bytes: count(bytes.subarray(40)) })
      },
    ],
    [
      0xe2,
      'ICC_PROFILE\0',
      (bytes) => {
        if (bytes.length < 2) return metadata.gap('corrupt', 'expected a piece of a profile')
        profile.whole.add(bytes[1]!)
        profile.pieces.push({ at: bytes[0]!, bytes: count(bytes.subarray(2)) })
      },
    ],
    [0xe2, 'MPF\0', (bytes) => readMultiPicture(bytes, metadata.pathOf('mpf'), decoding)],
    [0xe2, 'urn:iso:std:iso:ts:21496:-1\0', (bytes) => readGainMap(bytes, metadata)],
    [0xec, 'Ducky', (bytes) => readDucky(bytes, metadata)],
    [0xed, 'Photoshop 3.0\0', (bytes) => void photoshop.push(count(bytes))],
    // A version of the tables of colours that Photoshop makes thumbnails with.
    [0xed, 'Adobe_CM', (bytes) => readVersion(bytes, metadata)],
    [0xee, 'Adobe', (bytes) => readAdobe(bytes, metadata)],
  ]

  async function readOther(payload: Buffer): Promise<void> {
    if (payload.length === 0) return
    // What it says may go on in the next one.
    if (payload.length === mostPayload) metadata.gap('unsupported-format', 'expected long segments that are read')
    const detail = 'jpeg: expected segments of applications that are read'
    await readUnknown(byteSource(inOne(payload)), metadata.pathOf('segment'), decoding, detail)
  }

  async function endComment(): Promise<void> {
    const pieces = comment
    comment = []
    await metadata.text(Buffer.concat(pieces))
    // They may be comments of their own as well.
    if (pieces.length > 1) for (const piece of pieces) await metadata.text(piece)
  }

  return {
    async comment(payload) {
      await unlessStopped(decoding, async () => {
        comment.push(payload.length === mostPayload ? count(payload) : payload)
        if (payload.length < mostPayload) await endComment()
      })
    },
    async segment(code, payload) {
      const kind = kinds.find(([own, name]) => own === code && payload.toString('latin1', 0, name.length) === name)
      await unlessStopped(decoding, async () => {
        await (kind === undefined ? readOther(payload) : kind[2](payload.subarray(kind[1].length)))
      })
    },
    async end() {
      await unlessStopped(decoding, endComment)
      await unlessStopped(decoding, async () => {
        if (profile.pieces.length > 0) await readProfile(profile, metadata)
      })
      for (const [digest, pieces] of extended)
        await unlessStopped(decoding, () => readExtendedXmp(digest, pieces, metadata))
      await unlessStopped(decoding, () => readPhotoshop(Buffer.concat(photoshop), metadata))
    },
  }
}

/** Pieces number from 1 on and all say how many there are (ICC.1:2022, B.4). */
async function readProfile({ pieces, whole }: Joined, metadata: Metadata): Promise<void> {
  const inOrder = pieces.toSorted((a, b) => a.at - b.at)
  const isWhole = whole.size === 1 && whole.has(pieces.length) && inOrder.every(({ at }, index) => at === index + 1)
  if (!isWhole) return metadata.gap('corrupt', 'expected all pieces of one profile')
  await readIcc(Buffer.concat(inOrder.map(({ bytes }) => bytes)), metadata.pathOf('icc'), metadata.decoding)
}

/** Adobe XMP, part 3, 1.1.3.1: each piece says where it stands, how long the whole is, and its MD5. */
async function readExtendedXmp(digest: string, { pieces, whole }: Joined, metadata: Metadata): Promise<void> {
  const inOrder = pieces.toSorted((a, b) => a.at - b.at)
  const bytes = Buffer.concat(inOrder.map(({ bytes }) => bytes))
  const md5 = createHash('md5').update(bytes).digest('hex').toUpperCase()
  if (whole.size !== 1 || !whole.has(bytes.length) || md5 !== digest)
    metadata.gap('corrupt', 'expected all pieces of an extended XMP')
  await metadata.content('extended-xmp', bytes)
}

/** JFIF 1.02 (ITU-T T.871, 10.1): numbers, and a thumbnail of pixels, which is pushed with all that is written. */
async function readJfif(bytes: Buffer, metadata: Metadata): Promise<void> {
  if (bytes.length < 9 || bytes.length !== 9 + 3 * bytes[7]! * bytes[8]!)
    return metadata.gap('corrupt', 'expected JFIF of the length of its thumbnail')
  await metadata.numbers([`${bytes[0]}.${bytes[1]}`, bytes[2]!, bytes.readUInt16BE(3), bytes.readUInt16BE(5)])
}

/** JFIF 1.02, extension: a thumbnail in JPEG, or of pixels with and without a palette. */
async function readExtension(bytes: Buffer, metadata: Metadata): Promise<void> {
  const [code, width = 0, height = 0] = bytes
  if (code === 0x10) return metadata.content('thumbnail', bytes.subarray(1))
  const expected = code === 0x11 ? 3 + 768 + width * height : code === 0x13 ? 3 + 3 * width * height : undefined
  if (bytes.length !== expected) metadata.gap('corrupt', 'expected an extension of JFIF of the length of its thumbnail')
}

/** Technical note 5116 of Adobe: a version, two words of flags, and which transformation of colours. */
async function readAdobe(bytes: Buffer, metadata: Metadata): Promise<void> {
  if (bytes.length !== 7) return metadata.gap('unsupported-format', 'expected a segment of Adobe of its known length')
  await metadata.numbers([0, 2, 4].map((at) => bytes.readUInt16BE(at)))
  await metadata.numbers([bytes[6]!])
}

async function readVersion(bytes: Buffer, metadata: Metadata): Promise<void> {
  if (bytes.length !== 2) return metadata.gap('unsupported-format', 'expected a version of two bytes')
  await metadata.numbers([bytes.readUInt16BE()])
}

/** What Photoshop writes for the web: a quality, a comment and a copyright, which are UTF-16 behind their length. */
async function readDucky(bytes: Buffer, metadata: Metadata): Promise<void> {
  for (let at = 0; at + 2 <= bytes.length; ) {
    const tag = bytes.readUInt16BE(at)
    if (tag === 0 && at + 2 === bytes.length) return
    const length = at + 4 <= bytes.length ? bytes.readUInt16BE(at + 2) : 0
    const value = bytes.subarray(at + 4, at + 4 + length)
    if (value.length !== length || length < 4 || tag < 1 || tag > 3) break
    await metadata.numbers([value.readUInt32BE()])
    if (tag === 1 && length !== 4) break
    if (tag > 1) await writeUtf16(value.subarray(4), 'utf-16be', metadata)
    at += 4 + length
  }
  metadata.gap('corrupt', 'expected a segment of Photoshop for the web')
}
