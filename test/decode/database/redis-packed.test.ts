import { describe, expect, test } from 'vitest'
import { decompressLzf } from '../../../lib/decode/database/redis/lzf.ts'
import {
  type Element,
  intsetElements,
  listpackElements,
  ziplistElements,
  zipmapElements,
} from '../../../lib/decode/database/redis/packed.ts'
import { streamEntries } from '../../../lib/decode/database/redis/stream-values.ts'

const textOf = (element: Element) => (typeof element === 'string' ? element : Buffer.from(element).toString('latin1'))
const texts = (elements: Element[] | undefined) => elements?.map(textOf)
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer)
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const end = Buffer.from([0xff])
const set = (bytes: Buffer, at: number, value: number) => {
  const copy = Buffer.from(bytes)
  copy[at < 0 ? copy.length + at : at] = value
  return copy
}

function listpackOf(entries: Buffer[], count = entries.length): Buffer {
  const body = Buffer.concat(entries)
  return Buffer.concat([u32(body.length + 7), u16(count), body, end])
}

/** An entry with its length in as many bytes of seven bits as it takes, the last of which comes first. */
function entry(bytes: Buffer): Buffer {
  const { length } = bytes
  const back = length < 128 ? [length] : length < 16_384 ? [length >> 7, 0x80 | (length & 127)] : undefined
  return Buffer.concat([
    bytes,
    Buffer.from(back ?? [length >> 14, 0x80 | ((length >> 7) & 127), 0x80 | (length & 127)]),
  ])
}

function ziplistOf(entries: Buffer[], count = entries.length): Buffer {
  let before = 0
  let last = 10
  let at = 10
  const parts = entries.flatMap((bytes) => {
    const previous = before < 254 ? Buffer.from([before]) : Buffer.concat([Buffer.from([0xfe]), u32(before)])
    last = at
    before = previous.length + bytes.length
    at += before
    return [previous, bytes]
  })
  return Buffer.concat([u32(at + 1), u32(last), u16(count), ...parts, end])
}

const long = 'x'.repeat(300)
const longer = 'y'.repeat(20_000)

test('a listpack gives each kind of element', () => {
  const bytes = listpackOf(
    [
      hex('7f'),
      Buffer.from('\x83bob', 'latin1'),
      hex('dfff'),
      hex('c001'),
      Buffer.concat([hex('e12c'), Buffer.from(long)]),
      Buffer.concat([hex('f0'), u32(longer.length), Buffer.from(longer)]),
      hex('f1 feff'),
      hex('f2 15cd5b'),
      hex('f3 15cd5b07'),
      hex('f4 ffffffffffffff7f'),
    ].map(entry),
  )
  const expected = ['127', 'bob', '-1', '1', long, longer, '-2', '6016277', '123456789', '9223372036854775807']
  expect(texts(listpackElements(bytes))).toEqual(expected)
})

describe('a listpack that contradicts itself is refused', () => {
  const bob = entry(Buffer.from('\x83bob', 'latin1'))
  const good = listpackOf([bob, bob])
  const far = Buffer.concat([hex('e080'), Buffer.alloc(128, 'x')])
  test.each([
    { name: 'another size', bytes: Buffer.concat([good, end]) },
    { name: 'no end', bytes: set(good, -1, 0) },
    { name: 'another number of elements', bytes: listpackOf([bob, bob], 1) },
    { name: 'a length behind an element that is another one', bytes: set(good, 10, 5) },
    { name: 'a long length of which one byte is another one', bytes: set(listpackOf([entry(far)]), -2, 0x80 | 3) },
    { name: 'an element beyond the end', bytes: listpackOf([hex('8462 6f62')]) },
    { name: 'an element without a length behind it', bytes: listpackOf([Buffer.from('\x83bob', 'latin1')]) },
    { name: 'a number beyond the end', bytes: listpackOf([hex('f4 0000')]) },
    { name: 'an encoding that there is not', bytes: listpackOf([hex('f5 01')]) },
    { name: 'less than a listpack', bytes: hex('06000000 00ff') },
  ])('$name', ({ bytes }) => {
    expect(listpackElements(good)).toHaveLength(2)
    expect(listpackElements(bytes)).toBeUndefined()
  })
})

test('a ziplist gives each kind of element', () => {
  const bytes = ziplistOf([
    Buffer.from('\x03bob'),
    Buffer.concat([hex('412c'), Buffer.from(long)]),
    Buffer.concat([hex('80 00004e20'), Buffer.from(longer)]),
    hex('c0 feff'),
    hex('d0 15cd5b07'),
    hex('e0 ffffffffffffff7f'),
    hex('f0 15cd5b'),
    hex('fe fd'),
    hex('f1'),
    hex('fd'),
  ])
  const expected = ['bob', long, longer, '-2', '123456789', '9223372036854775807', '6016277', '-3', '0', '12']
  expect(texts(ziplistElements(bytes))).toEqual(expected)
})

describe('a ziplist that contradicts itself is refused', () => {
  const bob = Buffer.from('\x03bob')
  const good = ziplistOf([bob, bob])
  test.each([
    { name: 'another size', bytes: Buffer.concat([good, end]) },
    { name: 'no end', bytes: set(good, -1, 0) },
    { name: 'less than a ziplist', bytes: hex('0a000000 0a000000 00ff') },
    { name: 'another number of elements', bytes: ziplistOf([bob, bob], 3) },
    { name: 'another place of the last element', bytes: set(good, 4, 10) },
    { name: 'another length of the element before', bytes: set(good, 15, 4) },
    { name: 'another long length of the element before', bytes: ziplistOf([hex('fe05')]).fill(0xfe, 10, 11) },
    { name: 'an element beyond the end', bytes: ziplistOf([Buffer.from('\x04bob')]) },
    { name: 'an encoding that there is not', bytes: ziplistOf([hex('c1 00')]) },
  ])('$name', ({ bytes }) => {
    expect(ziplistElements(good)).toHaveLength(2)
    expect(ziplistElements(bytes)).toBeUndefined()
  })
})

test('a zipmap gives names, values and what is left behind a value, or is refused', () => {
  const lengths = Buffer.concat([hex('fe'), u32(300), Buffer.from(long)])
  const map = (...parts: (Buffer | string)[]) =>
    Buffer.concat([hex('01'), ...parts.map((part) => Buffer.from(part as string, 'latin1')), end])
  expect(texts(zipmapElements(map('\x01k', '\x03\0val')))).toEqual(['k', 'val'])
  expect(texts(zipmapElements(map('\x01k', '\x03\x04val', 'left')))).toEqual(['k', 'val', 'left'])
  expect(texts(zipmapElements(map('\x01k', '\x03\x02val', '\0\0')))).toEqual(['k', 'val'])
  expect(texts(zipmapElements(map(lengths, '\x01\0v')))).toEqual([long, 'v'])
  for (const bytes of [
    map('\x01k'),
    map('\x01k', '\x09\0val'),
    map('\x01k', '\x03\x09val'),
    map(hex('fe0100')),
    Buffer.concat([map('\x01k', '\x01\0v'), end]),
    map('\x01k', '\x01\0v').subarray(0, -1),
  ])
    expect(zipmapElements(bytes)).toBeUndefined()
})

test('an intset gives numbers of two, four and eight bytes, and no others', () => {
  expect(intsetElements(hex('02000000 02000000 feff 0100'))).toEqual(['-2', '1'])
  expect(intsetElements(hex('04000000 01000000 15cd5b07'))).toEqual(['123456789'])
  expect(intsetElements(hex('08000000 01000000 ffffffffffffff7f'))).toEqual(['9223372036854775807'])
  for (const digits of ['02000000', '03000000 01000000 010203', '02000000 01000000 feff 00', '02000000 02000000 feff'])
    expect(intsetElements(hex(digits))).toBeUndefined()
})

test('LZF that reaches beyond its input or output is refused', () => {
  const lzf = (text: string, size: number) => decompressLzf(Buffer.from(text, 'latin1'), size)
  expect(Buffer.from(lzf('\x01ab\xe0\x02\x01', 13)!).toString()).toBe('ababababababa')
  expect(lzf('\x02ab', 3)).toBeUndefined()
  expect(lzf('\x01ab', 1)).toBeUndefined()
  expect(lzf('\x01ab', 3)).toBeUndefined()
  expect(lzf('\x01ab\x20\x02', 5)).toBeUndefined()
  expect(lzf('\x01ab\x20\x01', 4)).toBeUndefined()
  expect(lzf('\x01ab\x20', 5)).toBeUndefined()
  expect(lzf('\x01ab\xe0\x02', 13)).toBeUndefined()
})

describe('entries of a stream', () => {
  const master = Buffer.concat([Buffer.from('0000000000000064', 'hex'), Buffer.from('0000000000000002', 'hex')])
  const bytes = (text: string): Element => Buffer.from(text)
  const elements: Element[] = [
    ...['2', '1', '1', bytes('name'), '0'],
    ...['2', '5', '0', bytes('bob'), '4'],
    ...['3', '6', '1', bytes('jane'), '4'],
    ...['0', '7', '2', '2', bytes('a'), bytes('b'), bytes('c'), bytes('d'), '8'],
  ]
  const entriesOf = (elements: Element[], first: Uint8Array = master) =>
    streamEntries(first, elements)?.map(({ id, elements }) => `${id} ${elements.map(textOf)}`)

  test('are those with the fields of the first one, those with others, and those that were deleted', () => {
    expect(entriesOf(elements)).toEqual(['100-2 name', '105-2 bob', '106-3 jane', '107-4 a,b,c,d'])
  })

  test('are refused where they contradict themselves', () => {
    expect(entriesOf(elements, master.subarray(1))).toBeUndefined()
    for (let length = 0; length < elements.length; length++)
      expect(entriesOf(elements.slice(0, length)), `${length} elements`).toBeUndefined()
    for (const [at, element] of elements.entries()) {
      if (typeof element !== 'string') continue
      expect(entriesOf(elements.with(at, bytes(element))), `bytes for element ${at}`).toBeUndefined()
      // Flags and numbers of entries may be others.
      const others = at >= 5 && at % 5 < 3 ? [] : ['-1', '9']
      for (const other of others)
        expect(entriesOf(elements.with(at, other)), `${other} for element ${at}`).toBeUndefined()
    }
    expect(entriesOf(elements.with(5, '0')), 'an entry without the fields of the first one').toBeUndefined()
    expect(entriesOf(elements.with(15, '2')), 'an entry with them').toBeUndefined()
  })
})
