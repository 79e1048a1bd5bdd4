import { createCipheriv, createHash, randomUUID } from 'node:crypto'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { encodedProblemIn as problemIn } from './encoded-problem.ts'

/** As PostgreSQL before version 9.0 wrote `bytea`; `slash` is what stands for a backslash. */
const octal = (bytes: Buffer, slash: string) =>
  Array.from(bytes, (byte) => {
    if (byte === 0x5c) return slash + slash
    return byte < 0x20 || byte > 0x7e ? slash + byte.toString(8).padStart(3, '0') : String.fromCharCode(byte)
  }).join('')

const row = (id: number) => Buffer.from(`${id},6249289124956664,hello world`)
const uuid = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex')
const key = createHash('sha256').update('key').digest()
const sealed = (bytes: Buffer) => createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(bytes)
const rows = (spell: (bytes: Buffer) => string) => Array.from({ length: 20 }, (_, id) => `${id}\t${spell(row(id))}\n`)

const pairs = (bytes: Uint8Array, between: string) => Buffer.from(bytes).toString('hex').match(/../g)!.join(between)
const indented = (value: unknown, by: string | number) => JSON.stringify(value, null, by)

/** As a form that is sent has it. */
const percent = (bytes: Buffer) =>
  Array.from(bytes, (byte) =>
    /[A-Za-z0-9_.-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('')
const pdf = Buffer.from('%PDF-1.4\n1 0 obj\n<< /Length 9 >>\nstream\n[(4829)-4(137465)] TJ\nendstream\nendobj\n')
const zipped = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\b\0', 'latin1'), deflateSync(row(1))])

const hidden: { name: string; lines: string[]; reason: string }[] = [
  { name: 'PDF in JSON', lines: rows(() => JSON.stringify({ file: String(pdf) })), reason: 'unsupported-format' },
  { name: 'PDF in percent-encoding', lines: rows(() => percent(pdf)), reason: 'unsupported-format' },
  { name: 'zip in percent-encoding', lines: rows(() => percent(zipped)), reason: 'unsupported-format' },
  { name: 'gzip in COPY of PostgreSQL', lines: rows((bytes) => octal(gzipSync(bytes), '\\\\')), reason: 'opaque' },
  { name: 'zlib in COPY of PostgreSQL', lines: rows((bytes) => octal(deflateSync(bytes), '\\\\')), reason: 'opaque' },
  { name: 'what a cipher made', lines: rows((bytes) => octal(sealed(bytes), '\\\\')), reason: 'opaque' },
  {
    name: 'gzip in text of protocol buffers',
    lines: rows((bytes) => `row { payload: "${octal(gzipSync(bytes), '\\').replaceAll('"', '\\"')}" }`),
    reason: 'opaque',
  },
  { name: 'a Buffer in JSON', lines: rows((bytes) => JSON.stringify(gzipSync(bytes))), reason: 'unsupported-format' },
  {
    name: 'zlib as a Buffer in JSON',
    lines: rows((bytes) => JSON.stringify({ b: deflateSync(bytes) })),
    reason: 'opaque',
  },
  {
    name: 'UTF-16 as a Buffer of JSON in JSON',
    lines: rows((bytes) => JSON.stringify(JSON.stringify({ b: Buffer.from(String(bytes), 'utf16le') }))),
    reason: 'opaque',
  },
  {
    name: 'UUIDs as bytes',
    lines: rows(() => JSON.stringify({ id: [...uuid()], n: [1, 2, 3] })),
    reason: 'unsupported-format',
  },
  {
    name: 'UUIDs as a Uint8Array in JSON',
    lines: rows(() => JSON.stringify({ id: Uint8Array.from(uuid()) })),
    reason: 'unsupported-format',
  },
  {
    name: 'UUIDs as bytes in JSON of several lines in JSON',
    lines: rows(() => JSON.stringify(indented({ id: [...uuid()], b: Uint8Array.from(uuid()) }, '\t'))),
    reason: 'unsupported-format',
  },
  {
    name: 'UUIDs as bytes, as Go prints them',
    lines: rows(() => `{[${uuid().join(' ')}] true}`),
    reason: 'unsupported-format',
  },
  {
    name: 'a Buffer of JSON of several lines in JSON',
    lines: rows((bytes) => JSON.stringify(indented({ b: deflateSync(bytes) }, '\t'))),
    reason: 'opaque',
  },
  ...['x.y.z', 'a@b.c', 'a+b.c', 'a-b_c', 'bob+c'].map((handle) => ({
    name: `${handle} as its characters`,
    lines: rows(() => JSON.stringify(indented([...handle], '\t'))),
    reason: 'unsupported-format',
  })),
  {
    name: 'a handle as its characters',
    lines: rows(() => JSON.stringify({ id: [...'al_77'] })),
    reason: 'unsupported-format',
  },
  {
    name: 'a word as its characters, in JSON of several lines in JSON',
    lines: rows(() => JSON.stringify(JSON.stringify({ id: [...'alice'] }, null, 1))),
    reason: 'unsupported-format',
  },
  {
    name: 'UUIDs as bytes of Java',
    lines: rows(() => `User{id=[${new Int8Array(uuid()).join(', ')}]}`),
    reason: 'unsupported-format',
  },
  {
    name: 'bytes of Java in JSON',
    lines: rows((bytes) => JSON.stringify([...new Int8Array(zstdCompressSync(bytes))], null, 1).replaceAll('\n', '')),
    reason: 'unsupported-format',
  },
  {
    name: 'gzip in addresses of a log',
    lines: rows((bytes) => gzipSync(bytes).toString('hex').replace(/../g, '%$&')),
    reason: 'unsupported-format',
  },
]

/** Lists of bytes as the form `bytes` reads them. */
const lists: { as: string; spell: (bytes: Uint8Array) => string }[] = [
  { as: 'lines of JSON', spell: (bytes) => indented([...bytes], 2) },
  { as: 'lines of JSON in JSON', spell: (bytes) => JSON.stringify(indented([...bytes], '\t')) },
  { as: 'a Uint8Array in JSON', spell: (bytes) => JSON.stringify(Uint8Array.from(bytes)) },
  { as: 'a Uint8Array in lines of JSON', spell: (bytes) => indented({ b: Uint8Array.from(bytes) }, 4) },
  { as: 'a Uint8Array in JSON in JSON', spell: (bytes) => JSON.stringify(JSON.stringify(Uint8Array.from(bytes))) },
  { as: 'Go prints it', spell: (bytes) => `[${bytes.join(' ')}]` },
  { as: 'Rust prints it', spell: (bytes) => `[${bytes.join(', ')}]` },
  { as: 'items of YAML', spell: (bytes) => `b:\n  - ${bytes.join('\n  - ')}\n` },
  { as: 'items of YAML in JSON', spell: (bytes) => JSON.stringify(`b:\n- ${bytes.join('\n- ')}\n`) },
  { as: 'Java prints it', spell: (bytes) => `[${new Int8Array(bytes).join(', ')}]` },
  { as: 'an array of C', spell: (bytes) => `char a[] = {\n  0x${pairs(bytes, ', 0x')}\n};` },
  { as: 'an array of C in capitals', spell: (bytes) => `={0x${pairs(bytes, ',0x').toUpperCase()}};` },
  { as: 'the registry of Windows', spell: (bytes) => `"a"=hex:${pairs(bytes, ',')}` },
  { as: 'the registry of Windows, with a type', spell: (bytes) => `"a"=hex(3):${pairs(bytes, ',')}` },
  { as: 'pairs of digits', spell: (bytes) => `payload: ${pairs(bytes, ' ')}` },
  { as: '.NET prints it', spell: (bytes) => pairs(bytes, '-').toUpperCase() },
  { as: 'Wireshark copies it', spell: (bytes) => pairs(bytes, ':') },
]

describe('gzip and zstd in lists of their bytes are no clean text', () => {
  test.each(lists)('$as', ({ spell }) => {
    for (const compress of [gzipSync, zstdCompressSync]) {
      const text = rows((bytes) => spell(compress(bytes))).join('')
      for (const before of ['', 'some words, '.repeat(1000)])
        for (const length of [1e6, 4096])
          expect([text, problemIn(before + text, length)?.reason]).toEqual([text, 'unsupported-format'])
    }
  })

  test('in percent-encoding with small letters', () => {
    for (const compress of [gzipSync, zstdCompressSync]) {
      const text = rows((bytes) => `%${pairs(compress(bytes), '%')}`).join('')
      expect(problemIn(text, 1e6)).toMatchObject({ reason: 'unsupported-format' })
    }
  })
})

describe('what is compressed or encrypted, and spelled byte by byte, is no clean text', () => {
  test.each(hidden)('$name', ({ lines, reason }) => {
    for (const before of ['', 'COPY t (id, b) FROM stdin;\n', 'some words, '.repeat(1000)])
      for (const length of [1e6, 1000, 97])
        expect([length, problemIn(before + lines.join(''), length)?.reason]).toEqual([length, reason])
  })

  test.each([
    [
      'names of files that git quotes',
      '"\\346\\227\\245\\346\\234\\254\\350\\252\\236\\343\\203\\206\\343\\202\\271.txt"',
    ],
    ['a class of characters', 's/[\\000-\\010\\013\\014\\016-\\037\\177-\\237\\240-\\377]//g'],
    [
      'colours of a terminal',
      'printf "\\033[1;31m\\033[0m\\033[32m\\033[0m\\033[33m\\033[0m\\033[34m\\033[0m\\033[35m\\033[0m\\033[1m"',
    ],
    ['numbers', '[31,139,9,2],[40, 181, 48],{"a":[131,139,8,1]}, 31,139,8'],
    ['an address in a network', '1f:8b:08:00:11:22 28-B5-2F-FD-11-22-33-44'],
    ['numbers in hexadecimal digits', '[0x31,0x1f,0x8b,0x08,0x00],{0x1f,0x8b,0x07},hex:1f,8b,09,hex(2):28,b5,2f,fc'],
    ['numbers with keys', '{"0":31,"1":139,"2":80},{"1":31,"2":139,"3":8}'],
    ['a matrix', `{"m":[${[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}]}`],
    ['characters in their order', JSON.stringify([...'abcdefghijkl'])],
    ['answers and DNA', JSON.stringify([[...'ACBDAE'], [...'GATTACA'], [...'YNNYY']])],
    ['marks', JSON.stringify([[...'54351'], [...'5435143542315']])],
    ['yes and no', JSON.stringify([...'yYnNtTfFoO'])],
    ['options of programs', `[${[...'xiptrm'].map((each) => `'${each}'`).join(', ')}]`],
    ['signs', JSON.stringify([...'$^+.*(){}'])],
    ['as many characters as are looked for', JSON.stringify([...'alice_w77'])],
    ['a few characters', JSON.stringify([...'user'])],
    ['text as a Buffer', JSON.stringify({ a: Buffer.from('日本語 and text'), flag: Buffer.from([1]) })],
    ['words about PDF', 'it begins with "%PDF-1.7", %25PDF-1.4 in an address, or %PDF-1.7 and a line end; PK%03'],
    ['text in percent-encoding', '%1F%8C%E6%97%A5%E6%9C%AC%28%B5%2F%FC'],
  ])('%s are text', (_, text) => {
    for (const length of [1e6, 7]) expect(problemIn(`${text}\n`.repeat(30), length)).toBeUndefined()
  })

  test('characters farther apart than they are looked for are no text', () => {
    const text = `["${[...'4829137465'].join(`",${' '.repeat(24)}"`)}"]`
    expect(problemIn(text, text.length)).toMatchObject({ reason: 'unsupported-format' })
  })

  test('lists of sixteen numbers of which one may be a UUID are text', () => {
    expect(problemIn(`[${Array(16).fill(130)}],[${Array(16).fill(255)}]`.repeat(30), 1e6)).toBeUndefined()
  })

  test('one of them right where a chunk begins is looked at beside the others of its sample', () => {
    const other = `[${Array(16).fill(255)}]\n`
    const before = other.repeat(Math.ceil(2 ** 18 / other.length)).slice(0, 2 ** 18 - 1)
    const one = `[${Array(16).fill(130)}]`
    expect(problemIn(`${before}\n${one}\n${other.repeat(90)}`, 2 ** 18)).toBeUndefined()
    expect(problemIn(`${before}\n${one}\n${'some words '.repeat(500)}`, 2 ** 18)).toMatchObject({
      reason: 'unsupported-format',
    })
  })
})
