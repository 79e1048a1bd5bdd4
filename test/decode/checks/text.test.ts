import { isAscii } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstControlByte } from '../../../lib/decode/checks/control-bytes.ts'
import { runTables } from '../../../lib/decode/checks/encoded-window.ts'
import { openTextKernel, shortestRun } from '../../../lib/decode/checks/kernel/text-kernel.ts'
import { survey, surveyed } from '../../../lib/decode/checks/survey.ts'
import { textCheck } from '../../../lib/decode/checks/text-check.ts'
import { collect, inPieces } from '../collect.ts'

const problemIn = (pieces: readonly Uint8Array[]) => {
  const check = textCheck()
  for (const piece of pieces) check.write(piece)
  check.end()
  return check.problem()
}

/** The same question put to the platform's decoder: the longest beginning that it accepts. */
function validPrefix(bytes: Uint8Array): { reason: string; offset: number } | undefined {
  const isField = (at: number) => bytes[at]! <= 1 && [at - 1, at + 1].every((side) => [9, 10].includes(bytes[side]!))
  const isQuoted = (at: number) =>
    isField(at) || (bytes[at]! > 0 && [0x22, 0x27].includes(bytes[at - 1]!) && bytes[at + 1] === bytes[at - 1])
  const control = bytes.findIndex(
    (byte, at) => byte < 0x20 && ![9, 10, 11, 12, 13, 0x1b, 0x1e].includes(byte) && !isQuoted(at),
  )
  const text = control < 0 ? bytes : bytes.subarray(0, control)
  let offset = text.length
  while (!isText(text.subarray(0, offset))) offset -= 1
  if (offset < text.length) return { reason: 'invalid-utf8', offset }
  return control < 0 ? undefined : { reason: 'not-text', offset: control }
}

const isText = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Bytes that are nearly text: characters of every length, cut ones, and now and then a byte of any value. */
const nearlyText = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('a', '\n', 'é', '€', '😀', '\u0085').map((text) => Buffer.from(text)) },
      {
        weight: 2,
        arbitrary: fc
          .constantFrom("'\u0001'", '\t\u0001\n', '\n\u0000', "'\u0000'", '"\u0002"', "'\u0001", '\u000b')
          .map((text) => Buffer.from(text)),
      },
      { weight: 1, arbitrary: fc.constantFrom('€', '😀').map((text) => Buffer.from(text).subarray(0, 2)) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => Buffer.from([byte])) },
    ),
    { maxLength: 20 },
  )
  .map((parts) => Buffer.concat(parts))

describe('the text check', () => {
  test('agrees with the platform on what is text, however the bytes are cut', () => {
    fc.assert(
      fc.property(nearlyText, fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }), (bytes, lengths) => {
        const pieces: Uint8Array[] = []
        for (let at = 0, index = 0; at < bytes.length; index++) {
          const length = lengths[index % lengths.length]! + 1
          pieces.push(bytes.subarray(at, at + length))
          at += length
        }
        const found = problemIn(pieces)
        const expected = validPrefix(bytes)
        expect(found && { reason: found.reason, offset: found.offset }).toEqual(expected)
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    { name: 'overlong', hex: 'c0af' },
    { name: 'overlong of three', hex: 'e080af' },
    { name: 'surrogate', hex: 'eda080' },
    { name: 'beyond U+10FFFF', hex: 'f4908080' },
    { name: 'continuation alone', hex: '80' },
    { name: 'cut at the end', hex: 'f09f98' },
    { name: 'five bytes', hex: 'f888808080' },
  ])('refuses $name, whole and byte by byte', ({ hex }) => {
    const bytes = Buffer.concat([Buffer.from('abc'), Buffer.from(hex, 'hex')])
    expect(problemIn([bytes])).toMatchObject({ reason: 'invalid-utf8', offset: 3 })
    expect(problemIn([...bytes].map((byte) => Buffer.from([byte])))).toMatchObject({ offset: 3 })
  })

  const around = (text: string) => `${'x'.repeat(300)} ${text} ${'y'.repeat(300)}`
  test.each([
    "INSERT INTO t VALUES (1,'\u0001','\\0'),(2,'\u0001','\u0001');",
    "(1,_binary '\u0001','bob')",
    '1,"\u0007"',
    '1\t\u0001\t\u0001\n2\t\u0001\t\\0\n',
    '1\t\u0000\t\u0001\n2\t\u0001\t\u0000\n',
    'a street\u000band a town',
  ])('takes bits in quotes and vertical tabs for text: %j', (text) => {
    for (const bytes of [text, around(text)].map((each) => Buffer.from(each))) {
      expect(problemIn([bytes])).toBeUndefined()
      expect(problemIn([...bytes].map((byte) => Buffer.from([byte])))).toBeUndefined()
    }
  })

  test.each([
    "'\0'",
    "'\u0001\u0001'",
    '\'\u0001"',
    "\u0001'",
    "'\u0001",
    "'\u0001a'",
    "''\u0001",
    '\t\u0002\t',
    '\t\u0001a',
    '\t\u0001',
    '\u0001',
  ])('refuses other control bytes: %j', (text) => {
    for (const bytes of [text, around(text)].map((each) => Buffer.from(each))) {
      const expected = { reason: 'not-text', offset: bytes.findIndex((byte) => byte < 9) }
      expect(problemIn([bytes])).toMatchObject(expected)
      expect(problemIn([...bytes].map((byte) => Buffer.from([byte])))).toMatchObject(expected)
    }
  })
})

describe('single control bytes in a text', () => {
  const words = 'all that somebody typed or pasted, and more of it. '
  /** Control bytes at these places of a text. */
  const withBytes = (length: number, places: readonly number[], byte = 0x08) => {
    const bytes = Buffer.alloc(length, words)
    for (const place of places) bytes[place] = byte
    return bytes
  }
  const problemOf = (bytes: Uint8Array, length: number) => {
    const check = textCheck({ strays: true })
    for (let at = 0; at < bytes.length; at += length) check.write(bytes.subarray(at, at + length))
    check.end()
    return check.problem()
  }
  const lengths = [1, 7, 4096, 5000, 1e6]

  test.each([
    { name: 'one in the middle', bytes: withBytes(9000, [4500]) },
    { name: 'some, each far from the next', bytes: withBytes(30_000, [4096, 8193, 14_000, 25_000]) },
    {
      name: 'one behind a quote',
      bytes: Buffer.concat([withBytes(5000, []), Buffer.from("'\b more"), withBytes(5000, [])]),
    },
  ])('are of it, however it is cut: $name', ({ bytes }) => {
    for (const length of lengths) expect(problemOf(bytes, length)).toBeUndefined()
  })

  test.each([
    {
      name: 'near the beginning, as a type or a length of a binary file',
      bytes: withBytes(9000, [4095]),
      offset: 4095,
    },
    { name: 'near the end', bytes: withBytes(9000, [4904]), offset: 4904 },
    { name: 'near each other, as the lengths of a record', bytes: withBytes(12_000, [5000, 5020]), offset: 5000 },
    { name: 'zero', bytes: withBytes(9000, [4500], 0), offset: 4500 },
    {
      name: 'a colour of a chat, whose number would be glued to a name',
      bytes: withBytes(9000, [4500], 3),
      offset: 4500,
    },
    { name: 'a colour in hexadecimal digits', bytes: withBytes(9000, [4500], 4), offset: 4500 },
    {
      name: 'behind a quote and near another',
      bytes: Buffer.concat([withBytes(5000, [4990]), Buffer.from("'\b more"), withBytes(5000, [])]),
      offset: 4990,
    },
  ])('are none of it: $name', ({ bytes, offset }) => {
    for (const length of lengths) expect(problemOf(bytes, length)).toMatchObject({ reason: 'not-text', offset })
  })

  test('are not of a small file', () => {
    for (let length = 1; length < 8192; length += 97)
      for (const place of [0, length >> 1, length - 1])
        expect(problemOf(withBytes(length, [place]), 1000)).toBeDefined()
  })
})

describe('blocks of zeros in a text', () => {
  const line = `2026-11-30T10:00:00Z INFO é login of somebody ${'.'.repeat(30)}\n`
  const zeros = (length: number) => '\0'.repeat(length)
  const apart = line.repeat(60)
  const problemOf = (bytes: Uint8Array, length: number) => {
    const check = textCheck({ strays: true, skipsZeros: true })
    for (let at = 0; at < bytes.length; at += length) check.write(bytes.subarray(at, at + length))
    check.end()
    return check.problem()
  }
  const lengths = [1, 7, 64, 100, 1e6]

  test.each([
    { name: 'between lines, as a machine that went down left them', text: line + zeros(3000) + line },
    { name: 'within a line', text: line + line.slice(0, 20) + zeros(64) + line },
    { name: 'several', text: (line + zeros(100)).repeat(5) + line },
    { name: 'at the end, as a file has that was given room before', text: line + zeros(65_536) },
    { name: 'far from a single control byte', text: `${apart}\u0005${apart}${zeros(100)}${apart}\u0006${apart}` },
    { name: 'beside a bit in a field', text: `1\t\0\n${line}${zeros(300)}\n1\t\0\t${line}` },
  ])('are of it: $name', ({ text }) => {
    for (const length of lengths) expect(problemOf(Buffer.from(text), length)).toBeUndefined()
  })

  test.each([
    { name: 'short ones, as numbers and padding of records have', text: line + zeros(63) + line, at: line },
    {
      name: 'with little text between',
      text: `${line}${zeros(100)}AQ@X${zeros(100)}${line}`,
      at: `${line}${zeros(100)}AQ@X`,
    },
    { name: 'with little text behind', text: `${line}${zeros(100)}AQ@X`, at: line },
    { name: 'with little text before', text: `AQ@X${zeros(100)}${line}`, at: 'AQ@X' },
    { name: 'between records without line ends', text: `${line.trimEnd()}${zeros(100)}${line}`, at: line.trimEnd() },
    { name: 'before a record without a line end', text: `${line}${zeros(100)}${line.trimEnd()}`, at: line },
    { name: 'with another control byte', text: `${line}${zeros(100)}\u0001${line}`, at: line + zeros(100) },
    {
      name: 'with one close in front',
      text: `${apart}\u0005${line}${zeros(8000)}${line}`,
      at: apart,
    },
    {
      name: 'with one behind, as pages of records have a type',
      text: `${line}${zeros(8000)}\u0005${line.repeat(99)}`,
      at: line + zeros(8000),
    },
    { name: 'with nothing before', text: zeros(100) + line, at: '' },
    { name: 'where UTF-16 goes on', text: line + Buffer.from(line, 'utf16le').toString('latin1'), at: `${line}2` },
  ])('are none of it: $name', ({ text, at }) => {
    for (const length of lengths)
      expect(problemOf(Buffer.from(text), length)).toMatchObject({ reason: 'not-text', offset: Buffer.byteLength(at) })
  })

  test('are told wherever a content is cut', () => {
    const parts = fc.constantFrom(line, apart, '\t\0\n', '\0', zeros(40), zeros(64), 'é', 'x', '\n', '\u0001', '\u0005')
    const content = fc.array(parts, { maxLength: 8 }).map((texts) => Buffer.from(texts.join('')))
    const cut = fc.constant(Buffer.from([0xc3]))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(content, cut), { maxLength: 3 }),
        fc.integer({ min: 1, max: 70 }),
        (pieces, length) => {
          const bytes = Buffer.concat(pieces)
          expect(problemOf(bytes, length)).toEqual(problemOf(bytes, bytes.length || 1))
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('are looked through in time', () => {
    expect(
      problemOf(Buffer.concat([Buffer.from(line), Buffer.alloc(50e6), Buffer.from(line)]), 256 * 1024),
    ).toBeUndefined()
  })
})

describe('control bytes', () => {
  test('are found at every position and alignment, and only those that text does not have', () => {
    const buffer = Buffer.alloc(64)
    for (let byte = 0; byte < 256; byte++)
      for (let start = 0; start < 5; start++)
        for (let at = 0; at < 14; at++) {
          const bytes = buffer.fill(0xc3).subarray(start, start + 14)
          bytes[at] = byte
          const isControl = byte < 0x20 && ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x1e].includes(byte)
          if (firstControlByte(bytes) !== (isControl ? at : -1)) expect.fail(`byte ${byte} at ${at} from ${start}`)
        }
  })

  test('are found in random bytes like a plain loop finds them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100, min: 5, max: 40 }), fc.nat(8), (bytes, from) => {
        const view = bytes.subarray(from)
        const expected = view.findIndex(
          (byte) => byte < 0x20 && ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x1e].includes(byte),
        )
        expect(firstControlByte(view)).toBe(expected)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the text kernel', () => {
  test('is there where tests run', () => {
    expect(openTextKernel(runTables)).toBeDefined()
  })

  test('sees every control byte at every place of a group, and only those that text does not have', () => {
    const plain = Buffer.alloc(700, 'a')
    for (let byte = 0; byte < 256; byte++)
      for (const at of [0, 1, 15, 16, 31, 47, 63, 64, 300 + (byte % 64), 699]) {
        const bytes = Buffer.from(plain)
        bytes[at] = byte
        const isControl = byte < 0x20 && ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x1e].includes(byte)
        const expected = { control: isControl ? at : -1, isAscii: byte < 0x80 }
        expect(survey(bytes)).toMatchObject(expected)
      }
  })

  test('sees what the plain code sees, in bytes of any length beyond its memory', () => {
    const unit = fc.constantFrom('a', '\n', 'é', '€', '\t', '\u007f')
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 600_000 }),
        fc.option(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 0x1f }))),
        (units, length, control) => {
          const bytes = Buffer.alloc(length, units.join(''))
          if (control !== null) bytes[control[0] % length] = control[1]
          surveyed(bytes, (piece, seen) => {
            expect(seen?.control ?? firstControlByte(piece)).toBe(firstControlByte(piece))
            expect(seen?.isAscii ?? isAscii(piece)).toBe(isAscii(piece))
          })
        },
      ),
      { numRuns: 300 },
    )
  })

  /** The kernel where anything in front of a run says that it may hold something, so that it leaves none out. */
  const every = openTextKernel({ ...runTables, endings: new Uint8Array(0x10000).fill(1) })!

  test('lists the runs of what base64 and its escapes are made of, wherever they lie', () => {
    const inRun = /[A-Za-z0-9+/_\\%-]{48,}/g
    const run = fc.tuple(
      fc.integer({ min: 0, max: 140 }),
      fc.constantFrom('a', 'Z', '0', '9', '+', '/', '-', '_', '\\', '%'),
    )
    const other = fc
      .integer({ min: 0, max: 255 })
      .filter((byte) => !/[A-Za-z0-9+/_\\%-]/.test(String.fromCharCode(byte)))
    fc.assert(
      fc.property(fc.array(fc.tuple(run, other), { minLength: 6, maxLength: 30 }), ([...parts]) => {
        const text = parts.map(([[length, byte], end]) => byte.repeat(length) + String.fromCharCode(end)).join('')
        const whole = `${text}${' '.repeat(256)}`
        for (const bytes of [Buffer.from(whole, 'latin1'), Buffer.from(whole.slice(0, -257), 'latin1')]) {
          const expected = [...bytes.toString('latin1').matchAll(inRun)].flatMap(({ index, 0: { length } }) => [
            index,
            index + length,
          ])
          expect([...every.look(bytes).runs]).toEqual(expected)
        }
      }),
      { numRuns: 2000 },
    )
    expect(shortestRun).toBe(48)
  })

  test('sees the key of every mark at every place', () => {
    for (const key of [
      'BEGIN ',
      'begin ',
      '$ANSIBLE_VAULT;',
      'GIT binary patch',
      '_CLOB(',
      '_LOB_STREAM VALUES(',
      'integer64',
    ])
      for (const filling of ['a', 'b', ' ', '\n', 'é'])
        for (let at = 0; at < 300; at++) {
          const bytes = Buffer.alloc(300 + key.length + (at % 70), filling, 'latin1')
          bytes.write(key, at, 'latin1')
          if (!survey(bytes)!.mayHaveKey) expect.fail(`${key} at ${at} among ${filling}`)
        }
    for (const text of [
      'gigantic eggs, $B $ ',
      'beginning',
      'begun',
      'gin ',
      'BEGIN-',
      '  ',
      'BLOB LOBS Lob(',
      'GITHUB GIT-',
      'integers of an integer, r6 ',
    ])
      expect(survey(Buffer.from(text.repeat(200)))!.mayHaveKey, text).toBe(false)
  })

  test('sees an escape with u or x at every place', () => {
    for (const begin of ['\\u', '\\x'])
      for (let at = 0; at < 300; at++) {
        const bytes = Buffer.alloc(302 + (at % 70), 'u')
        expect(survey(bytes)!.hasEscape).toBe(false)
        bytes.write(begin, at)
        if (!survey(bytes)!.hasEscape) expect.fail(`at ${at}`)
      }
    expect(survey(Buffer.from('\\n \\" \\\\ \\U u\\ x\\ '.repeat(50)))!.hasEscape).toBe(false)
  })

  test('takes every byte for what it is in a run', () => {
    for (let byte = 0; byte < 256; byte++) {
      const bytes = Buffer.alloc(320, ' ').fill('a', 100, 160)
      bytes[130] = byte
      const goesOn = /[A-Za-z0-9+/_\\%-]/.test(String.fromCharCode(byte))
      expect([...every.look(bytes).runs], `byte ${byte}`).toEqual(goesOn ? [100, 160] : [])
    }
  })
})

describe('a content that is not text', () => {
  const cases = [
    { name: 'a NUL', bytes: 'abc\0', gap: 'not-text 3' },
    { name: 'Latin-1', bytes: 'caf\xe9', gap: 'invalid-utf8 3' },
    { name: 'old tar', bytes: `name${'\0'.repeat(300)}`, gap: 'not-text 4' },
    { name: 'rar', bytes: 'Rar!\x1a\x07\0', gap: 'unsupported-format 0 rar' },
    {
      name: 'SPSS portable',
      bytes: `${'0'.repeat(461)}SPSSPORTA8/20260131FN/bob@example.org1K\n`,
      gap: 'unsupported-format 0 SPSS portable',
    },
    ...['\xef\xbb\xbf', ' \t\r\n', '\x1b%-12345X', '\n\x1b%-12345X@PJL SET A=1\n@PJL B\n'].map((before) => ({
      name: JSON.stringify(`${before}%!PS\n`),
      bytes: `${before}%!PS\n`,
      gap: 'unsupported-format 0 PostScript',
    })),
    ...['passwordProtected', 'encKeyValidation_DO_NOT_EDIT', 'folders', 'items', 'data'].map((member) => ({
      name: `an export of Bitwarden with ${member}`,
      bytes: `{\n  "encrypted": true,\n  "${member}": "2.a"\n}\n`,
      gap: 'encrypted 0 Bitwarden, encrypted',
    })),
    { name: 'FDF', bytes: '%FDF-1.2\n', gap: 'unsupported-format 0 FDF' },
    { name: 'mbx', bytes: '*mbx*\r\n5f1e2d3c', gap: 'unsupported-format 0 mbx mailbox' },
    { name: 'VimCrypt', bytes: 'VimCrypt~03!abc', gap: 'encrypted 0 VimCrypt' },
    { name: 'Ansible Vault', bytes: '$ANSIBLE_VAULT;1.1;AES256\n6162\n', gap: 'encrypted 0 Ansible Vault' },
    { name: 'base64 of OpenSSL', bytes: 'U2FsdGVkX1/abc\n', gap: 'encrypted 0 OpenSSL enc in base64' },
    { name: 'base64 of zstd', bytes: 'KLUv/SQA\n', gap: 'unsupported-format 0 zstd in base64' },
    { name: 'base64 of gzip with a name', bytes: 'H4sICAAA\n', gap: 'unsupported-format 0 gzip in base64' },
    { name: 'uuencode', bytes: 'begin 644 a\n', gap: 'unsupported-format 0 uuencode' },
    { name: 'age in armour', bytes: '-----BEGIN AGE ENCRYPTED FILE-----\n', gap: 'encrypted 0 age armour' },
    { name: 'PostScript', bytes: '%!PS-Adobe-3.0\n(12345) show', gap: 'unsupported-format 0 PostScript' },
    {
      name: 'BinHex',
      bytes: '(This file must be converted with BinHex 4.0)\n\n:x:',
      gap: 'unsupported-format 0 BinHex',
    },
    { name: 'UTF-32', bytes: '\xff\xfe\0\0a\0\0\0', gap: 'unsupported-format 0 UTF-32 text' },
    { name: 'base64 of gzip', bytes: 'H4sIAAAA\n', gap: 'unsupported-format 0 gzip in base64' },
    { name: 'age', bytes: 'age-encryption.org/v1\n', gap: 'encrypted 0 age' },
    { name: 'PGP', bytes: '-----BEGIN PGP MESSAGE-----\n', gap: 'encrypted 0 PGP armour' },
    { name: 'OpenSSL', bytes: 'Salted__abcdefgh', gap: 'encrypted 0 OpenSSL enc' },
  ]
  test.each(cases)('is a gap, is named, and is delivered all the same: $name', async ({ bytes, gap }) => {
    const stored = Buffer.from(bytes, 'latin1')
    for (const lengths of [[1e6], [1]]) {
      const { reading, contents } = await collect(inPieces(stored, lengths))
      expect(reading.gaps).toHaveLength(1)
      const [reason, offset, ...name] = gap.split(' ')
      expect(reading.gaps[0]).toMatchObject({ reason, offset: Number(offset), path: [] })
      expect(reading.gaps[0]!.detail.endsWith(name.join(' '))).toBe(true)
      expect(contents.get('')).toEqual({ bytes: stored, ended: true })
    }
  })

  const ended = ['a\r\n1234567890\r\n\x1a', `${'é, 17\n'.repeat(70)}\x1a`, '\n\x1a']
  test.each(ended)(
    'is none where one Ctrl-Z is behind the last line, as DOS has it, and is a gap with anything behind it: %j',
    async (text) => {
      const at = text.length - 1
      for (const lengths of [[1], [at], [at + 1], [300], [1e6]]) {
        const found = async (each: string) =>
          (await collect(inPieces(Buffer.from(each), lengths))).reading.gaps.map(({ reason }) => reason)
        expect(await found(text)).toEqual([])
        for (const behind of ['\x1a', '\n', 'a\n', 'a\n\x1a']) expect(await found(text + behind)).toHaveLength(1)
        expect(await found(`${text.slice(0, -2)}\x1a`)).toHaveLength(1)
      }
    },
  )

  test('is a gap at the first of more Ctrl-Z, and where one is in a line', async () => {
    for (const [text, offset] of [
      ['a\n\x1a\x1a', 2],
      ['\x1a', 0],
      ['a\x1a', 1],
      ['a\n\x1ab\n\x1a', 2],
    ] as const)
      for (const lengths of [[1], [2], [3], [100]]) {
        const { reading } = await collect(inPieces(Buffer.from(text), lengths))
        expect(reading.gaps).toMatchObject([{ reason: 'not-text', offset }])
      }
  })

  test.each([
    'ORCHID,1234567890\n',
    'BZh is not bzip2\n',
    '070701 is a number\n',
    'PAR1S\n',
    'x^2\n',
    'x is unknown\n',
    'hb,1\n',
    'REDIS0 rules\n',
  ])('is not assumed where text only begins like a known format: %s', async (text) => {
    const { reading } = await collect(inPieces(Buffer.from(text), [3]))
    expect(reading.gaps).toEqual([])
  })
})
