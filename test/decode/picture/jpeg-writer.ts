import { createHash } from 'node:crypto'

export const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')

export function segment(code: number, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload as string, 'latin1')
  const head = Buffer.from([0xff, code, 0, 0])
  head.writeUInt16BE(bytes.length + 2, 2)
  return Buffer.concat([head, bytes])
}

/** The parts of a grey picture of 8 by 8 pixels, in which each table has one code. */
export const parts = {
  start: hex('ffd8'),
  quantization: segment(0xdb, Buffer.concat([hex('00'), Buffer.alloc(64, 1)])),
  frame: segment(0xc0, hex('08 0008 0008 01 01 11 00')),
  tables: segment(0xc4, hex(`00 01 ${'00'.repeat(16)} 10 01 ${'00'.repeat(16)}`)),
  scan: segment(0xda, hex('01 01 00 00 3f 00')),
  coded: hex('3f'),
  end: hex('ffd9'),
}

/** A picture with these parts in place of its own, and with `segments` before the others. */
export function jpegOf(segments: readonly Uint8Array[] = [], changed: Partial<typeof parts> = {}): Buffer {
  const { start, ...others } = { ...parts, ...changed }
  return Buffer.concat([start, ...segments, ...Object.values(others)])
}

/** Pieces of extended XMP, the first of them `cut` bytes long. */
export function extendedXmp(text: string, cut: number): Buffer[] {
  const digest = createHash('md5').update(text).digest('hex').toUpperCase()
  return [0, cut].map((at) => {
    const numbers = Buffer.alloc(8)
    numbers.writeUInt32BE(Buffer.byteLength(text))
    numbers.writeUInt32BE(at, 4)
    const piece = Buffer.from(text).subarray(at, at === 0 ? cut : undefined)
    return segment(0xe1, Buffer.concat([Buffer.from(`http://ns.adobe.com/xmp/extension/\0${digest}`), numbers, piece]))
  })
}

export function resource(id: number, data: Uint8Array, name = ''): Buffer {
  const head = Buffer.alloc(6 + ((name.length + 2) & ~1) + 4)
  head.write('8BIM')
  head.writeUInt16BE(id, 4)
  head[6] = name.length
  head.write(name, 7, 'latin1')
  head.writeUInt32BE(data.length, head.length - 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)])
}

export const photoshop = (...resources: Uint8Array[]): Buffer =>
  segment(0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0'), ...resources]))

export function iptc(record: number, dataset: number, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as string, 'latin1')
  return Buffer.concat([Buffer.from([0x1c, record, dataset, bytes.length >> 8, bytes.length & 0xff]), bytes])
}

/** A value of a directory; `type` 2 is ASCII, 7 UNDEFINED. */
export type Entry = { tag: number; type: number; value: Uint8Array; count?: number }

export const ascii = (tag: number, text: string): Entry => ({ tag, type: 2, value: Buffer.from(`${text}\0`, 'latin1') })
export const bytesOf = (tag: number, value: Uint8Array | string, type = 7): Entry => ({
  tag,
  type,
  value: Buffer.from(value as string, 'latin1'),
})

const units: Record<number, number> = { 3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8 }
const pointers: Record<string, number> = { exif: 0x8769, gps: 0x8825, interop: 0xa005 }

/** Directories as TIFF has them, one behind the other, each with its values behind it; a thumbnail behind all. */
export function tiff(
  directories: { image?: Entry[]; exif?: Entry[]; gps?: Entry[]; interop?: Entry[]; thumbnail?: Entry[] },
  { isLittle = true, thumbnail }: { isLittle?: boolean; thumbnail?: Uint8Array | undefined } = {},
): Buffer {
  const u16 = (value: number) => hex(value.toString(16).padStart(4, '0'))[isLittle ? 'reverse' : 'valueOf']() as Buffer
  const u32 = (value: number) => hex(value.toString(16).padStart(8, '0'))[isLittle ? 'reverse' : 'valueOf']() as Buffer
  const names = ['image', 'exif', 'gps', 'interop', 'thumbnail'] as const
  const pointed = (name: string) => names.filter((each) => directories[each] && holderOf[each] === name)
  const holderOf: Record<string, string> = { exif: 'image', gps: 'image', interop: 'exif' }
  const all = names.filter((name) => directories[name] !== undefined)
  const entriesOf = (name: (typeof names)[number]) => [
    ...directories[name]!,
    ...pointed(name).map((to) => ({ tag: pointers[to]!, type: 4, value: Buffer.alloc(4) })),
    ...(name === 'thumbnail' && thumbnail !== undefined
      ? [0x0201, 0x0202].map((tag) => ({ tag, type: 4, value: Buffer.alloc(4) }))
      : []),
  ]
  const sizeOf = (name: (typeof names)[number]) =>
    entriesOf(name).reduce((sum, { value }) => sum + 12 + (value.length > 4 ? value.length : 0), 6)
  const places = new Map<string, number>()
  let at = 8
  for (const name of all) {
    places.set(name, at)
    at += sizeOf(name)
  }
  const pieces = [Buffer.from(isLittle ? 'II' : 'MM'), u16(42), u32(8)]
  for (const name of all) {
    const entries: Entry[] = entriesOf(name)
    let outside = places.get(name)! + 6 + 12 * entries.length
    const values: Uint8Array[] = []
    pieces.push(u16(entries.length))
    for (const { tag, type, value, count = value.length / (units[type] ?? 1) } of entries) {
      const to = Object.keys(pointers).find((each) => pointers[each] === tag)
      pieces.push(u16(tag), u16(type), u32(count))
      if (to !== undefined && places.has(to)) pieces.push(u32(places.get(to)!))
      else if (tag === 0x0201 && thumbnail !== undefined) pieces.push(u32(at))
      else if (tag === 0x0202 && thumbnail !== undefined) pieces.push(u32(thumbnail.length))
      else if (value.length <= 4) pieces.push(Buffer.concat([value, Buffer.alloc(4)]).subarray(0, 4))
      else {
        pieces.push(u32(outside))
        values.push(value)
        outside += value.length
      }
    }
    pieces.push(u32(name === 'image' ? (places.get('thumbnail') ?? 0) : 0), Buffer.concat(values))
  }
  return Buffer.concat([...pieces, thumbnail ?? Buffer.alloc(0)])
}

export const exif = (bytes: Uint8Array): Buffer => segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), bytes]))

export function chunk(name: string, bytes: Uint8Array | string): Buffer {
  const payload = Buffer.from(bytes as string, 'latin1')
  const head = Buffer.alloc(8)
  head.write(name)
  head.writeUInt32LE(payload.length, 4)
  return Buffer.concat([head, payload, Buffer.alloc(payload.length & 1)])
}

/** A picture of one black pixel, behind a header that says nothing, and other chunks behind it. */
export function webpOf(...chunks: Uint8Array[]): Buffer {
  const own = [chunk('VP8X', Buffer.alloc(10)), chunk('VP8L', hex('2f000000008888fe07'))]
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...own, ...chunks]))
}
