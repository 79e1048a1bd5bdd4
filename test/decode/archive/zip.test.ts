import { deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { extraField, type ZipFields, type ZipOptions, zip64Extra, zipOf } from './zip-writer.ts'

const one = 'first 1111111111\n'
const two = 'second 2222222222\n'
const none32 = 0xffffffff

type Case = { name: string; bytes: Buffer; contents: Record<string, string>; gaps?: string[] }

/** Two entries, the first of them as given: `names` of it, and whatever else comes of it. */
const first = (fields: ZipFields, names = 'a\t', options: ZipOptions = {}): Omit<Case, 'name'> => ({
  bytes: zipOf(
    [
      { data: one, ...fields },
      { name: 'b', data: two },
    ],
    options,
  ),
  contents: { 'zip/names': `${names}\nb\t\n`, 'zip/member-1': one, 'zip/member-2': two },
})
const unread = (fields: ZipFields, reason: string): Omit<Case, 'name'> => ({
  bytes: zipOf([
    { data: one, ...fields },
    { name: 'b', data: two },
  ]),
  contents: { 'zip/names': 'a\t\nb\t\n', 'zip/member-2': two },
  gaps: [`${reason} zip/member-1`],
})
const times = extraField(0x5455, Buffer.from([1, 1, 2, 3, 4]))

/** The first entry has an extra field that is not as it should be: all of it is a content. */
const odd = (id: number, data: string): Omit<Case, 'name'> => {
  const made = first({ extra: extraField(id, Buffer.from(data, 'latin1')) })
  const contents = { ...made.contents, 'zip/member-1/extra-1': data }
  return { ...made, contents, gaps: ['not-text zip/member-1/extra-1'] }
}

const cases: Case[] = [
  { name: 'deflated', ...first({}) },
  { name: 'stored', ...first({ method: 0 }) },
  { name: 'nothing in it', bytes: zipOf([]), contents: {} },
  { name: 'nothing in it but a comment', bytes: zipOf([], { comment: 'c' }), contents: { 'zip/names': 'c\t' } },
  { name: 'nothing in it, in 64 bits', bytes: zipOf([], { zip64: true }), contents: {} },
  { name: 'deflated with a descriptor', ...first({ descriptor: 'signed' }) },
  { name: 'deflated with a descriptor of 64 bits', ...first({ descriptor: 'wide' }) },
  { name: 'deflated with a descriptor without a signature', ...first({ descriptor: 'unsigned' }) },
  { name: 'deflated with a descriptor of 64 bits without a signature', ...first({ descriptor: 'unsigned wide' }) },
  { name: 'stored with a descriptor', ...first({ method: 0, descriptor: 'signed' }) },
  { name: 'stored with a descriptor of 64 bits', ...first({ method: 0, descriptor: 'wide' }) },
  {
    name: 'stored with a descriptor, nothing',
    bytes: zipOf([
      { method: 0, descriptor: 'signed' },
      { name: 'b', data: two },
    ]),
    contents: { 'zip/names': 'a\t\nb\t\n', 'zip/member-1': '', 'zip/member-2': two },
  },
  {
    name: 'a zip file stored with a descriptor in a zip file',
    bytes: zipOf([
      { data: zipOf([{ method: 0, data: one, descriptor: 'signed' }]), method: 0, descriptor: 'signed' },
      { name: 'b', data: two },
    ]),
    contents: {
      'zip/names': 'a\t\nb\t\n',
      'zip/member-1/zip/names': 'a\t\n',
      'zip/member-1/zip/member-1': one,
      'zip/member-2': two,
    },
  },
  {
    name: 'sizes in 64 bits',
    ...first(
      {
        extra: zip64Extra(one.length, deflateRawSync(one).length),
        storedSize: none32,
        size: none32,
        central: { extra: zip64Extra(one.length, deflateRawSync(one).length, 0), offset: none32 },
      },
      'a\t',
      { zip64: true },
    ),
  },
  { name: 'a directory entry', bytes: zipOf([{ name: 'd/', method: 0 }]), contents: { 'zip/names': 'd/\t\n' } },
  {
    name: 'a name that would be elsewhere',
    ...first({ name: '../../etc/3333333333' }, '../../etc/3333333333\t'),
  },
  {
    name: 'a name in code page 437',
    ...first({ name: Buffer.from('\x81ber 4444444444', 'latin1') }, '\ufffdber 4444444444\t\ufffd\ter 4444444444\t'),
  },
  {
    name: 'a name in UTF-16',
    ...first({ name: 'u\0s\0e\0r\0' }, 'u\0s\0e\0r\0\t'),
    gaps: ['not-text zip/names'],
  },
  {
    name: 'times and small owners',
    ...first({ extra: Buffer.concat([times, extraField(0x7875, '\x01\x02\0\0\x02\0\0')]) }),
  },
  { name: 'a large owner', ...first({ extra: extraField(0x7875, '\x01\x04\x15\x16\x17\x01\x01\0') }, 'a\t18290197\t') },
  { name: 'an extra field of text', ...first({ extra: extraField(0x1234, 'odd 5555555555') }, 'a\todd 5555555555\t') },
  {
    name: 'a name in an extra field',
    ...first({ extra: extraField(0x7075, '\x01\0\0\0\0n 6666666666') }, 'a\tn 6666666666\t'),
  },
  ...[
    { name: 'an owner of more than 8 bytes', id: 0x7875, data: '\x01\x09123456789\x01\0' },
    { name: 'an owner that is cut off', id: 0x7875, data: '\x01\x01\0\x09user' },
    { name: 'three owners', id: 0x7875, data: '\x01\x01\0\x01\0\x01u' },
    { name: 'owners of another version', id: 0x7875, data: '\x02\x01u\x01\0' },
    { name: 'a name of another version', id: 0x7075, data: '\x02\0\0\0\0user' },
    { name: 'a name without a checksum', id: 0x7075, data: '\x01\0us' },
    { name: 'times of which there are none', id: 0x5455, data: '\x08\0\0\0u' },
    { name: 'times of NTFS of another size', id: 0x000a, data: '\0\0\0\0\x01\0\x18\0user' },
    { name: 'something in padding', id: 0xd935, data: '\x04\0\0u' },
    { name: 'something in other padding', id: 0xa220, data: '\x28\x20\0\0user' },
  ].map(({ name, id, data }) => ({ name, ...odd(id, data) })),
  {
    name: 'extra fields that hold nothing',
    ...first({
      extra: Buffer.concat([
        extraField(0x5855, Buffer.alloc(12, 1)),
        extraField(0x7855, Buffer.alloc(4, 1)),
        extraField(0xcafe, ''),
        extraField(0xd935, Buffer.from([4, 0, 0, 0])),
        extraField(0xa220, Buffer.from([0x28, 0xa0, 4, 0, 0])),
      ]),
    }),
  },
  { name: 'text in the mark of a jar', ...first({ extra: extraField(0xcafe, 'u 4545454545') }, 'a\tu 4545454545\t') },
  {
    name: 'a comment in an extra field',
    ...first({ extra: extraField(0x6375, '\x01\0\0\0\0c 6767676767') }, 'a\tc 6767676767\t'),
  },
  { name: 'zeros as an extra field', ...first({ extra: Buffer.alloc(7) }) },
  {
    name: 'times that are too long',
    ...((made) => ({
      ...made,
      contents: { ...made.contents, 'zip/member-1/extra-1': '\x01\x01\x02\x03\x04\x05' },
      gaps: ['not-text zip/member-1/extra-1'],
    }))(first({ extra: extraField(0x5455, '\x01\x01\x02\x03\x04\x05') })),
  },
  {
    name: 'comments, and an extra field of the directory',
    bytes: zipOf(
      [
        { data: one, central: { comment: 'c 7777777777' } },
        { name: 'b', data: two, central: { extra: extraField(0x1234, 'e 8888888888') } },
      ],
      { comment: 'all 9999999999' },
    ),
    contents: {
      'zip/names': 'a\t\nb\t\nc 7777777777\t\ne 8888888888\t\nall 9999999999\t',
      'zip/member-1': one,
      'zip/member-2': two,
    },
  },
  { name: 'a directory in another order', ...first({}, 'a\t', { order: (central) => central.reverse() }) },
  { name: 'zeros between entries', ...first({}, 'a\t', { behindEntries: Buffer.alloc(4096) }) },
  {
    name: 'text and other bytes between entries',
    bytes: zipOf([{ data: one }, { name: 'b', data: two, before: Buffer.from('PKnote 1212121212 P') }], {
      behindEntries: Buffer.from('\0PK\x01\xff', 'latin1'),
    }),
    contents: {
      'zip/names': 'a\t\nb\t\n',
      'zip/member-1': one,
      'zip/member-2': two,
      'zip/between-1': 'PKnote 1212121212 P',
      'zip/between-2': 'PK\x01\ufffd',
    },
    gaps: ['not-text zip/between-2'],
  },
  { name: 'encrypted', ...unread({ flags: 1 }, 'encrypted') },
  { name: 'encrypted with a descriptor', ...unread({ flags: 9, descriptor: 'signed' }, 'encrypted') },
  { name: 'a patch', ...unread({ flags: 32 }, 'unsupported-format') },
  { name: 'an unknown method', ...unread({ method: 77 }, 'unsupported-format') },
  { name: 'an unknown method and a descriptor', ...unread({ method: 77, descriptor: 'wide' }, 'unsupported-format') },
  {
    name: 'an entry that is damaged inside, and one after it',
    bytes: zipOf([{ data: gzipSync(one).subarray(0, -1) }, { name: 'b', data: two }]),
    contents: { 'zip/names': 'a\t\nb\t\n', 'zip/member-1/gzip': `${one}…`, 'zip/member-2': two },
    gaps: ['truncated zip/member-1/gzip'],
  },
  {
    name: 'an entry with a wrong checksum, and one after it',
    bytes: zipOf([
      { data: one, crc: 1 },
      { name: 'b', data: two },
    ]),
    contents: { 'zip/names': 'a\t\nb\t\n', 'zip/member-1': `${one}…`, 'zip/member-2': two },
    gaps: ['corrupt zip/member-1'],
  },
  {
    name: 'an entry whose data goes on behind its stream, and one after it',
    bytes: zipOf([
      { data: one, stored: Buffer.concat([deflateRawSync(one), Buffer.from('hidden')]) },
      { name: 'b', data: two },
    ]),
    contents: { 'zip/names': 'a\t\nb\t\n', 'zip/member-1': `${one}…`, 'zip/member-2': two },
    gaps: ['corrupt zip/member-1'],
  },
  {
    name: 'text behind the end',
    bytes: Buffer.concat([zipOf([{ data: one }]), Buffer.from(two)]),
    contents: { 'zip/names': 'a\t\n', 'zip/member-1': one, 'zip/trailing': two },
  },
  {
    name: 'text behind the comment',
    bytes: Buffer.concat([zipOf([{ data: one }], { comment: 'com' }), Buffer.from('ment')]),
    contents: { 'zip/names': 'a\t\n', 'zip/member-1': one, 'zip/trailing': 'comment' },
  },
  {
    name: 'zeros behind the end',
    bytes: Buffer.concat([zipOf([{ data: one }]), Buffer.alloc(900)]),
    contents: { 'zip/names': 'a\t\n', 'zip/member-1': one },
  },
  {
    name: 'another zip file behind the end',
    bytes: Buffer.concat([zipOf([{ data: one }]), zipOf([{ data: two }])]),
    contents: { 'zip/names': 'a\t\n', 'zip/member-1': one, 'zip/trailing': expect.any(String) },
    gaps: ['trailing-data zip/trailing'],
  },
]

describe.each([
  { cut: 'whole', lengths: [1e6] },
  { cut: 'byte by byte', lengths: [1] },
  { cut: 'in pieces of 29, 3 and 14', lengths: [29, 3, 14] },
])('a zip file that is read $cut', ({ lengths }) => {
  test.each(cases)('gives entries, names and gaps: $name', async ({ bytes, contents, gaps = [] }) => {
    const got = await collect(inPieces(bytes, lengths))
    expect(textsOf(got.contents)).toEqual(contents)
    expect(got.reading.gaps.map((gap) => `${gap.reason} ${gap.path.join('/')}`)).toEqual(gaps)
    expect(got.reading.complete).toBe(gaps.length === 0)
    expect(got.reading.decodedBytes).toBe([...got.contents.values()].reduce((sum, { bytes }) => sum + bytes.length, 0))
  })
})

describe('a zip file that lies', () => {
  const lies: { name: string; entries?: ZipFields[]; options?: ZipOptions; reason?: string }[] = [
    { name: 'an entry that the directory does not name', entries: [{ data: one, hidden: true }, { data: two }] },
    { name: 'a directory that names nothing', entries: [{ data: one, hidden: true }] },
    { name: 'an entry that the directory names twice', options: { order: ([a]) => [a!, a!] } },
    { name: 'a directory that names what is not there', entries: [{ data: one, central: { offset: 1 } }] },
    { name: 'another name', entries: [{ data: one, central: { name: 'b' } }] },
    { name: 'another size', entries: [{ data: one, central: { size: 1 } }] },
    { name: 'another stored size', entries: [{ data: one, central: { storedSize: 1 } }] },
    { name: 'another checksum', entries: [{ data: one, central: { crc: 1 } }] },
    { name: 'another method', entries: [{ data: one, central: { method: 0 } }] },
    { name: 'encrypted only in the directory', entries: [{ data: one, central: { flags: 1 } }] },
    { name: 'a stored size that is too small', entries: [{ data: one, storedSize: 3 }], reason: 'truncated' },
    { name: 'a stored size beyond the file', entries: [{ data: one, storedSize: 1e9 }] },
    { name: 'stored with two sizes', entries: [{ data: one, method: 0, size: 3 }] },
    { name: 'deflated data that is none', entries: [{ data: one, stored: Buffer.from('\xff\xff\xff', 'latin1') }] },
    {
      name: 'deflated data that is none, of unknown size',
      entries: [{ stored: Buffer.from('\xff'), descriptor: 'signed' }],
    },
    { name: 'a descriptor that is not there', entries: [{ data: one, descriptor: 'missing' }] },
    { name: 'a descriptor with another checksum', entries: [{ data: one, descriptor: 'signed', crc: 1 }] },
    {
      name: 'stored with a wrong descriptor',
      entries: [{ data: one, method: 0, descriptor: 'signed', crc: 1 }],
      reason: 'truncated',
    },
    { name: 'sizes of 64 bits that are not there', entries: [{ data: one, size: none32 }] },
    { name: 'half a size of 64 bits', entries: [{ data: one, size: none32, extra: extraField(1, Buffer.alloc(4)) }] },
    {
      name: 'sizes of 64 bits twice',
      entries: [{ data: one, size: none32, extra: Buffer.concat([zip64Extra(one.length), zip64Extra(one.length)]) }],
    },
    {
      name: 'a directory on another disk, in 64 bits',
      entries: [{ data: one, central: { disk: 0xffff, extra: extraField(1, Buffer.from([1, 0, 0, 0])) } }],
      reason: 'unsupported-format',
    },
    { name: 'an encrypted entry without its descriptor', entries: [{ data: one, flags: 9 }] },
    { name: 'LZMA that is cut off', entries: [{ method: 14, stored: Buffer.alloc(8, 5) }], reason: 'truncated' },
    {
      name: 'LZMA with other properties',
      entries: [{ method: 14, stored: Buffer.from('130006005d0000100000000000', 'hex') }],
    },
    {
      name: 'LZMA with a dictionary of 4 GiB',
      entries: [{ method: 14, stored: Buffer.from('130005005dffffffff00000000', 'hex') }],
      reason: 'limit',
    },
    { name: 'a size beyond 2^53', entries: [{ data: one, size: none32, extra: extraField(1, Buffer.alloc(8, 0xff)) }] },
    {
      name: 'a directory on another disk',
      entries: [{ data: one, central: { disk: 1 } }],
      reason: 'unsupported-format',
    },
    { name: 'an end on another disk', options: { end: { disk: 1 } }, reason: 'unsupported-format' },
    { name: 'an end of another count', options: { end: { entries: 2 } } },
    { name: 'an end of another size', options: { end: { size: 2 } } },
    { name: 'an end of another offset', options: { end: { offset: 2 } } },
    { name: 'an end that asks for 64 bits that are not there', options: { end: { entries: 0xffff } } },
    { name: 'an end of 64 bits of another count', options: { zip64: true, end64: { entries: 2 } } },
    { name: 'an end of 64 bits of another offset', options: { zip64: true, end64: { offset: 2 } } },
    { name: 'an end of 64 bits that is elsewhere', options: { zip64: true, end64: { at: 2 } } },
    { name: 'an end of 64 bits beyond 2^53', options: { zip64: true, end64: { at: 2 ** 60 } } },
    { name: 'two ends that disagree', options: { zip64: true, end: { entries: 2 } } },
  ]
  test.each(lies)('is a gap: $name', async ({ entries = [{ data: one }], options = {}, reason = 'corrupt' }) => {
    const bytes = zipOf(entries, options)
    for (const lengths of [[1e6], [1]]) {
      const { reading } = await collect(inPieces(bytes, lengths))
      expect(reading.gaps.map((gap) => gap.reason)).toContain(reason)
      expect(reading).toMatchObject({ complete: false, bytes: bytes.length })
    }
  })

  test('about as many entries as memory is granted for ends in a limit, and gives the memory back', async () => {
    const many = zipOf(Array.from({ length: 200 }, () => ({ data: 'a' })))
    const limits = { ...defaultLimits, heldBytes: (256 + 64) * 25 }
    const within = await collect(inPieces(zipOf([{ method: 0, data: many }, { data: many }]), [1e6]), limits)
    expect(within.reading.gaps).toEqual([])
    const beyond = await collect(inPieces(many, [1e6]), { ...limits, heldBytes: 100 * 25 })
    expect(beyond.reading.gaps.map((gap) => gap.reason)).toEqual(['limit'])
  })
})
