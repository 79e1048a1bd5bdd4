import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'
import { base256, octal, paxHeader, type TarFields, tarEnd, tarMember, tarOf } from './tar-writer.ts'

const one = 'first 1111111111\n'
const two = 'second 2222222222\n'
const v7 = { magic: '' }
const gnu = { magic: 'ustar  \0' }
const zeros = Buffer.alloc(512)

type Case = { name: string; bytes: Buffer; contents: Record<string, string>; gaps?: string[] }

const single = (fields: TarFields, names: string, gaps: string[] = []): Omit<Case, 'name'> => ({
  bytes: tarOf({ data: one, ...fields }),
  contents: { 'tar/names': names, 'tar/member-1': one },
  gaps,
})

const cases: Case[] = [
  { name: 'ustar', ...single({}, 'a\t\n') },
  { name: 'v7, without a magic number', ...single(v7, 'a\t\n') },
  { name: 'v7 whose type is a NUL', ...single({ ...v7, type: '\0' }, 'a\t\n') },
  {
    name: 'a checksum of signed bytes',
    ...single({ name: Buffer.from('\xfcr', 'latin1'), signedChecksum: true }, ''),
    contents: { 'tar/names': '\ufffdr\t\ufffd\t\t\n', 'tar/member-1': one },
  },
  { name: 'a prefix', ...single({ prefix: 'some/3333333333' }, 'some/3333333333/a\t\n') },
  {
    name: 'a prefix and a name that fill their fields',
    ...single({ prefix: 'p'.repeat(155), name: 'n'.repeat(100) }, `${'p'.repeat(155)}/${'n'.repeat(100)}\t\n`),
  },
  { name: 'text for the version', ...single({ magic: 'ustar\0xy' }, 'a\txy\t\n') },
  { name: 'user and group', ...single({ at: { 265: 'u4444444444', 297: 'staff' } }, 'a\tu4444444444\tstaff\t\n') },
  { name: 'an owner with a large number', ...single({ uid: octal(123456, 8) }, 'a\t123456\t\n') },
  {
    name: 'an owner with a very large number',
    ...single({ uid: base256(2n ** 53n + 1n, 8) }, 'a\t9007199254740993\t\n'),
  },
  { name: 'a time before 1970', ...single({ at: { 136: Buffer.alloc(12, 0xff) } }, 'a\t-1\t\n') },
  { name: 'an owner that is no number', ...single({ uid: 'u777\0\0\0\0' }, 'a\tu777\t\n') },
  { name: 'spaces instead of numbers', ...single({ uid: '        ' }, 'a\t\n') },
  { name: 'text behind the name', ...single({ at: { 50: 'slack 5555555555' } }, 'a\tslack 5555555555\t\n') },
  {
    name: 'bytes behind the name that are not text',
    ...single({ at: { 50: 'u\0s\0e\0r\0' } }, 'a\tu\0s\0e\0r\t\n', ['not-text tar/names']),
  },
  { name: 'text behind the header', ...single({ at: { 501: 'slack' } }, 'a\tslack\t\n') },
  { name: 'a name with a line feed', ...single({ name: 'a\n6666666666' }, 'a\r6666666666\t\n') },
  {
    name: 'a name in Shift JIS, whose second byte is a letter',
    ...single({ name: Buffer.from('\x83Auser1', 'latin1') }, '\ufffdAuser1\t\ufffd\tuser1\t\n'),
  },
  { name: 'the size in base 256', ...single({ ...gnu, size: base256(BigInt(one.length)) }, 'a\t\n') },
  {
    name: 'GNU times of an incremental archive',
    ...single({ ...gnu, at: { 345: octal(1_700_000_000, 12), 357: octal(1_700_000_000, 12) } }, 'a\t\n'),
  },
  {
    name: 'padding that is not zeros',
    bytes: tarOf({ data: one, padding: 'more 7777777777' }, { name: 'b', data: two }),
    contents: {
      'tar/names': 'a\t\nb\t\n',
      'tar/member-1': one,
      'tar/member-1/padding': expect.stringMatching(/^more 7777777777\0+$/),
      'tar/member-2': two,
    },
    gaps: ['not-text tar/member-1/padding'],
  },
  {
    name: 'links, a directory and devices',
    bytes: tarOf(
      { name: 'd/', type: '5' },
      { name: 'd/l', type: '2', link: 'to/8888888888' },
      { name: 'd/h', type: '1', link: 'hard' },
      { name: 'd/n', type: '3', at: { 329: octal(8, 8) } },
      { name: 'd/p', type: '6' },
      { name: 'd/a', data: one },
    ),
    contents: { 'tar/names': 'd/\t\nd/l\tto/8888888888\t\nd/h\thard\t\nd/n\t\nd/p\t\nd/a\t\n', 'tar/member-6': one },
  },
  {
    name: 'a link that states a size and has no data',
    bytes: tarOf({ type: '1', link: 'x', size: octal(99, 12) }, { name: 'b', data: two }),
    contents: { 'tar/names': 'a\tx\t\nb\t\n', 'tar/member-2': two },
  },
  {
    name: 'a link with data',
    bytes: tarOf({ type: '1', link: 'x', data: one }, { name: 'b', data: two }),
    contents: { 'tar/names': 'a\tx\t\nb\t\n', 'tar/member-1': one, 'tar/member-2': two },
  },
  {
    name: 'long names and links of GNU',
    bytes: tarOf(
      { ...gnu, name: '././@LongLink', type: 'L', data: `${'n'.repeat(600)}9999999999\0` },
      { ...gnu, name: '././@LongLink', type: 'K', data: `${'l'.repeat(101)}\0` },
      { ...gnu, name: 'n'.repeat(100), type: '2', link: 'l'.repeat(100) },
    ),
    contents: {
      'tar/names': `././@LongLink\t${'n'.repeat(600)}9999999999\t././@LongLink\t${'l'.repeat(101)}\t${'n'.repeat(100)}\t${'l'.repeat(100)}\t\n`,
    },
  },
  {
    name: 'extended headers',
    bytes: tarOf(
      paxHeader({ comment: 'all 1212121212' }, 'g'),
      paxHeader({
        path: 'f\u00fcr/3434343434',
        linkpath: 'l',
        mtime: '1700000000.123456789',
        uid: '70000',
        odd: 'b\nc',
      }),
      { data: one },
      { name: 'b', data: two },
    ),
    contents: {
      'tar/names':
        'PaxHeaders/a\tcomment\tall 1212121212\tPaxHeaders/a\tpath\tf\u00fcr/3434343434\tlinkpath\tl\tuid\t70000\todd\tb\rc\ta\t\nb\t\n',
      'tar/member-1': one,
      'tar/member-2': two,
    },
  },
  {
    name: 'a size that only the extended header knows',
    bytes: tarOf(paxHeader({ size: String(one.length) }), { data: one, size: octal(0, 12) }, { name: 'b', data: two }),
    contents: { 'tar/names': 'PaxHeaders/a\ta\t\nb\t\n', 'tar/member-1': one, 'tar/member-2': two },
  },
  {
    name: 'attributes in base 64, of text and of a gzip file',
    bytes: tarOf(
      paxHeader({
        'LIBARCHIVE.xattr.user.note': Buffer.from('is 5656565656').toString('base64'),
        'SCHILY.xattr.user.packed': gzipSync(two),
      }),
      { data: one },
    ),
    contents: {
      'tar/names': 'PaxHeaders/a\tLIBARCHIVE.xattr.user.note\tis 5656565656\tSCHILY.xattr.user.packed\ta\t\n',
      'tar/member-1/record-1/gzip': two,
      'tar/member-1': one,
    },
  },
  {
    name: 'an attribute that is not text',
    bytes: tarOf(paxHeader({ 'SCHILY.xattr.security.capability': Buffer.from('0100000200', 'hex') }), { data: one }),
    contents: {
      'tar/names': 'PaxHeaders/a\tSCHILY.xattr.security.capability\ta\t\n',
      'tar/member-1/record-1': '\x01\0\0\x02\0',
      'tar/member-1': one,
    },
    gaps: ['not-text tar/member-1/record-1'],
  },
  {
    name: 'the names in a directory of an incremental archive',
    bytes: tarOf({ ...gnu, name: 'd/', type: 'D', data: 'Y7878787878\0Dsub\0\0' }, { name: 'b', data: two }),
    contents: { 'tar/names': 'd/\t7878787878\tsub\t\nb\t\n', 'tar/member-2': two },
  },
  {
    name: 'the names in a directory in an extended header, the last one without an end',
    bytes: tarOf(paxHeader({ 'GNU.dumpdir': 'Y7878787878\0ZDsub' }), { name: 'd/', type: '5' }),
    contents: { 'tar/names': 'PaxHeaders/a\tGNU.dumpdir\t7878787878\tZDsub\tDsub\td/\t\n' },
  },
  {
    name: "numbers of a file system, and one that is somebody's",
    bytes: tarOf(paxHeader({ 'SCHILY.ino': '1234567890', 'SCHILY.dev': 'x', gid: '70000', uid: '65535' }), {
      data: one,
    }),
    contents: { 'tar/names': 'PaxHeaders/a\tSCHILY.dev\tx\tgid\t70000\ta\t\n', 'tar/member-1': one },
  },
  {
    name: 'a volume that an archive goes on in',
    bytes: tarOf(paxHeader({ 'GNU.volume.filename': 'f', 'GNU.volume.size': '9' }, 'g'), { data: one }),
    contents: {
      'tar/names': 'PaxHeaders/a\tGNU.volume.filename\tf\tGNU.volume.size\t9\ta\t\n',
      'tar/member-1': one,
    },
    gaps: ['truncated tar'],
  },
  {
    name: 'a member that goes on from another volume',
    bytes: tarOf({ ...gnu, type: 'M', data: one }),
    contents: { 'tar/names': 'a\t\n', 'tar/member-1': one },
    gaps: ['truncated tar/member-1'],
  },
  {
    name: 'a file in pieces, as duplicity has it',
    bytes: tarOf({ name: 'multivol_snapshot/a/1', data: one }, { name: 'multivol_snapshot/a/2', data: two }),
    contents: {
      'tar/names': 'multivol_snapshot/a/1\t\nmultivol_snapshot/a/2\t\n',
      'tar/member-1': one,
      'tar/member-2': two,
    },
    gaps: ['truncated tar/member-1', 'truncated tar/member-2'],
  },
  {
    name: 'the label of a volume',
    bytes: tarOf({ ...gnu, name: 'label 9090909090', type: 'V' }, { name: 'b', data: two }),
    contents: { 'tar/names': 'label 9090909090\t\nb\t\n', 'tar/member-2': two },
  },
  {
    name: 'a type that nobody knows',
    bytes: tarOf({ type: '\xe9', data: one }),
    contents: { 'tar/names': 'a\t\n', 'tar/member-1': one },
  },
  {
    name: 'an archive behind the end of another',
    bytes: Buffer.concat([tarOf({ data: one }), Buffer.alloc(2560), tarOf({ name: 'b', data: two }), zeros]),
    contents: { 'tar/names': 'a\t\nb\t\n', 'tar/member-1': one, 'tar/member-2': two },
  },
  {
    name: 'a single block of zeros between members',
    bytes: Buffer.concat([tarMember({ data: one }), zeros, tarOf({ name: 'b', data: two })]),
    contents: { 'tar/names': 'a\t\nb\t\n', 'tar/member-1': one, 'tar/member-2': two },
  },
  {
    name: 'zeros behind the end that are no whole block',
    bytes: Buffer.concat([tarOf({ data: one }), Buffer.alloc(77)]),
    contents: { 'tar/names': 'a\t\n', 'tar/member-1': one },
  },
  {
    name: 'text behind the end',
    bytes: Buffer.concat([tarOf({ data: one }), Buffer.from(two)]),
    contents: { 'tar/names': 'a\t\n', 'tar/member-1': one, 'tar/trailing': two },
  },
  {
    name: 'bytes that are not text behind the end',
    bytes: Buffer.concat([tarOf({ data: one }), zeros, Buffer.from('ab\0')]),
    contents: { 'tar/names': 'a\t\n', 'tar/member-1': one, 'tar/trailing': 'ab\0' },
    gaps: ['trailing-data tar/trailing'],
  },
  {
    name: 'no end',
    bytes: tarMember({ data: one }),
    contents: { 'tar/names': 'a\t\n…', 'tar/member-1': one },
    gaps: ['truncated tar'],
  },
  {
    name: 'half an end',
    bytes: Buffer.concat([tarMember({ data: one }), zeros, Buffer.alloc(511)]),
    contents: { 'tar/names': 'a\t\n…', 'tar/member-1': one },
    gaps: ['truncated tar'],
  },
  {
    name: 'a wrong checksum',
    bytes: tarOf({ data: one }, { name: 'b', data: two, at: { 148: octal(1, 8) } }),
    contents: { 'tar/names': 'a\t\n…', 'tar/member-1': one },
    gaps: ['corrupt tar'],
  },
  {
    name: 'a member that is not text, and one after it',
    bytes: tarOf({ data: 'ab\0' }, { name: 'b', data: two }),
    contents: { 'tar/names': 'a\t\nb\t\n', 'tar/member-1': 'ab\0', 'tar/member-2': two },
    gaps: ['not-text tar/member-1'],
  },
  {
    name: 'a member that is damaged, and one after it',
    bytes: tarOf({ data: gzipSync(one).subarray(0, -1) }, { name: 'b', data: two }),
    contents: { 'tar/names': 'a\t\nb\t\n', 'tar/member-1/gzip': `${one}…`, 'tar/member-2': two },
    gaps: ['truncated tar/member-1/gzip'],
  },
  {
    name: 'archives in compressions in archives',
    bytes: zstdCompressSync(
      tarOf({ data: gzipSync(tarOf({ name: 'b', data: zstdCompressSync(one) })) }, { data: two }),
    ),
    contents: {
      'zstd/tar/names': 'a\t\na\t\n',
      'zstd/tar/member-1/gzip/tar/names': 'b\t\n',
      'zstd/tar/member-1/gzip/tar/member-1/zstd': one,
      'zstd/tar/member-2': two,
    },
  },
]

describe.each([
  { cut: 'whole', lengths: [1e6] },
  { cut: 'byte by byte', lengths: [1] },
  { cut: 'in pieces of 511, 3 and 514', lengths: [511, 3, 514] },
])('a tar that is read $cut', ({ lengths }) => {
  test.each(cases)('gives members, names and gaps: $name', async ({ bytes, contents, gaps = [] }) => {
    const got = await collect(inPieces(bytes, lengths))
    expect(textsOf(got.contents)).toEqual(contents)
    expect(got.reading.gaps.map((gap) => `${gap.reason} ${gap.path.join('/')}`)).toEqual(gaps)
    expect(got.reading.complete).toBe(gaps.length === 0)
    expect(got.reading.decodedBytes).toBe([...got.contents.values()].reduce((sum, { bytes }) => sum + bytes.length, 0))
  })
})

test('what is compressed and in base64 in the names of a tar is a gap, and only one', async () => {
  const packed = gzipSync('user 1111111111 and user 2222222222 and user 3333333333').toString('base64')
  const headers = Array.from({ length: 3 }, () => [paxHeader({ comment: packed }), { data: one }]).flat()
  for (const lengths of [[1e6], [100]]) {
    const { reading } = await collect(inPieces(tarOf(...headers), lengths))
    expect(reading.gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`)).toEqual([
      'unsupported-format tar/names',
    ])
  }
})

describe('a tar whose headers lie', () => {
  const lies: { name: string; bytes: Buffer; reason: string }[] = [
    { name: 'a size that is no number', bytes: tarOf({ size: 'many' }), reason: 'corrupt' },
    { name: 'a negative size', bytes: tarOf({ size: Buffer.alloc(12, 0xff) }), reason: 'corrupt' },
    { name: 'a size beyond 2^53', bytes: tarOf({ size: base256(2n ** 60n) }), reason: 'corrupt' },
    { name: 'a size beyond the archive', bytes: tarOf({ size: base256(2n ** 50n) }), reason: 'truncated' },
    { name: 'a long name without an end', bytes: tarOf({ type: 'L', size: octal(2 ** 30, 12) }), reason: 'limit' },
    { name: 'an extended header of no records', bytes: tarOf({ type: 'x', data: 'path=a\n' }), reason: 'corrupt' },
    { name: 'a record longer than its header', bytes: tarOf({ type: 'x', data: '99 path=a\n' }), reason: 'corrupt' },
    { name: 'a record of length 0', bytes: tarOf({ type: 'x', data: '0 path=a\n' }), reason: 'corrupt' },
    {
      name: 'a size in an extended header that is none',
      bytes: tarOf(paxHeader({ size: '-1' }), {}),
      reason: 'corrupt',
    },
    { name: 'a size for all members', bytes: tarOf(paxHeader({ size: '1' }, 'g'), {}), reason: 'corrupt' },
    { name: 'an extended header without a member', bytes: tarOf(paxHeader({ path: 'x' })), reason: 'corrupt' },
  ]
  test.each(lies)('is a gap: $name', async ({ bytes, reason }) => {
    const { reading } = await collect(inPieces(bytes, [1000]))
    expect(reading.gaps.map((gap) => gap.reason)).toContain(reason)
    expect(reading).toMatchObject({ complete: false, bytes: bytes.length })
  })
})

describe('a sparse tar', () => {
  const stored = 'start 1111111111end'
  const whole = `${'\0'.repeat(600)}start 1111111111${'\0'.repeat(1000)}end${'\0'.repeat(700)}`
  const map = [600, 16, 1616, 3, whole.length, 0]
  const pairs = (numbers: readonly number[]) => numbers.map((number) => octal(number, 12)).join('')
  const real = whole.length
  const old = { ...gnu, type: 'S', data: stored, at: { 386: pairs(map), 483: octal(real, 12) } }
  const list = `${[3, ...map].join('\n')}\n`
  const inData = (text: string) => `${text.padEnd(512, '\0')}${stored}`
  const sparse = (major: string, records: Record<string, string>, data: string): TarFields[] => [
    paxHeader({ 'GNU.sparse.major': major, 'GNU.sparse.minor': '0', 'GNU.sparse.name': 's', ...records }),
    { data },
  ]
  const zeroOne = { 'GNU.sparse.size': `${real}`, 'GNU.sparse.numblocks': '3', 'GNU.sparse.map': map.join(',') }
  const formats: { name: string; members: TarFields[] }[] = [
    { name: 'of GNU', members: [old] },
    { name: '0.1', members: sparse('0', zeroOne, stored) },
    { name: '1.0', members: sparse('1', { 'GNU.sparse.realsize': `${real}` }, inData(list)) },
  ]
  test.each(formats)('has its holes, so that nothing is glued together: $name', async ({ members }) => {
    for (const lengths of [[1e6], [1], [100, 513]]) {
      const { reading, contents } = await collect(inPieces(tarOf(...members, { name: 'b', data: two }), lengths))
      expect(reading.gaps.map((gap) => gap.reason)).toEqual(['not-text'])
      expect(contents.get('tar/member-1/zeros')).toEqual({ bytes: Buffer.from(whole.slice(600)), ended: true })
      expect(String(contents.get('tar/member-2')?.bytes)).toBe(two)
    }
  })

  test('of many pieces has a map that goes on behind the header', async () => {
    const pieces = Array.from({ length: 30 }, (_, index) => [index * 10, 1]).flat()
    const more = Buffer.alloc(1024)
    more.write(pairs(pieces.slice(8, 50)), 0)
    more[504] = 1
    more.write(pairs(pieces.slice(50)), 512)
    const header = tarMember({
      ...gnu,
      type: 'S',
      size: octal(30, 12),
      at: { 386: pairs(pieces.slice(0, 8)), 482: '\x01', 483: octal(291, 12) },
    })
    const data = Buffer.alloc(512)
    data.fill('x', 0, 30)
    const { contents } = await collect(inPieces(Buffer.concat([header, more, data, tarEnd]), [512]))
    expect(String(contents.get('tar/member-1')?.bytes)).toBe(`${`x${'\0'.repeat(9)}`.repeat(29)}x`)
  })

  test('has what is in its header beside the map in its names', async () => {
    const at = { ...old.at, 369: 'user 3333333333', 495: 'user 4444444444' }
    const { contents } = await collect(inPieces(tarOf({ ...old, at }), [512]))
    expect(String(contents.get('tar/names')?.bytes)).toBe('a\tuser 3333333333\tuser 4444444444\t\n')
  })

  const wrong: { name: string; members: TarFields[]; reason?: string }[] = [
    { name: 'less stored than the map says', members: [{ ...old, data: stored.slice(1) }] },
    { name: 'an overlap', members: [{ ...old, at: { ...old.at, 386: pairs([600, 16, 610, 3, real, 0]) } }] },
    { name: 'pieces beyond the end', members: [{ ...old, at: { ...old.at, 483: octal(1000, 12) } }] },
    { name: 'an odd flag', members: [{ ...old, at: { ...old.at, 482: 'x' } }] },
    { name: 'bytes behind the map', members: [{ ...old, at: { ...old.at, 470: 'x' } }] },
    { name: 'an odd number of numbers', members: sparse('0', { ...zeroOne, 'GNU.sparse.map': '1,2,3' }, stored) },
    {
      name: 'a minor version that there is not',
      members: sparse('1', { 'GNU.sparse.minor': '1', 'GNU.sparse.realsize': `${real}` }, inData(list)),
    },
    {
      name: 'two maps',
      members: sparse('1', { 'GNU.sparse.realsize': `${real}`, 'GNU.sparse.map': '0,1' }, inData(list)),
    },
    { name: 'no size', members: sparse('0', { 'GNU.sparse.numblocks': '3', 'GNU.sparse.map': map.join(',') }, stored) },
    { name: 'a number in the header that is none', members: [{ ...old, at: { ...old.at, 398: 'x' } }] },
    { name: 'a number in the header below 0', members: [{ ...old, at: { ...old.at, 483: Buffer.alloc(12, 0xff) } }] },
    { name: 'a number in the header beyond 2^53', members: [{ ...old, at: { ...old.at, 483: base256(2n ** 60n) } }] },
    {
      name: 'a map that its member has no room for',
      members: sparse('1', { 'GNU.sparse.realsize': '9' }, '1\n'),
      reason: 'truncated',
    },
    {
      name: 'a map behind the header that is cut off',
      members: [{ ...old, data: '', at: { ...old.at, 482: '\x01' } }].slice(0, 1),
      reason: 'corrupt',
    },
    {
      name: 'text behind a map',
      members: [{ ...old, data: Buffer.alloc(512, 0).fill('user', 508), at: { ...old.at, 482: '\x01' } }],
    },
    { name: 'another count', members: sparse('0', { ...zeroOne, 'GNU.sparse.numblocks': '4' }, stored) },
    { name: 'another version', members: sparse('2', zeroOne, stored) },
    { name: 'a map that is none', members: sparse('1', { 'GNU.sparse.realsize': '9' }, inData('x')) },
    { name: 'a map with more', members: sparse('1', { 'GNU.sparse.realsize': `${real}` }, inData(`${list}7`)) },
    {
      name: 'a map without an end',
      members: sparse('1', { 'GNU.sparse.realsize': '9' }, '400000\n'.padEnd(512, '\n')),
      reason: 'corrupt',
    },
    {
      name: 'a map of very many',
      members: sparse('1', { 'GNU.sparse.realsize': '9' }, inData('99999999\n')),
      reason: 'limit',
    },
    {
      name: 'a hole of a petabyte',
      members: [{ ...old, at: { 386: pairs(map), 483: base256(2n ** 50n) } }],
      reason: 'limit',
    },
  ]
  test.each(wrong)('whose map lies is a gap: $name', async ({ members, reason = 'corrupt' }) => {
    const { reading } = await collect(inPieces(tarOf(...members), [4096]))
    expect(reading.gaps.map((gap) => gap.reason)).toContain(reason)
  })
})
