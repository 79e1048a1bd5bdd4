import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { avroFile, number, prefixed } from './avro-writer.ts'

/** `lines`: the records as text; `metadata`: what the writer was told to note. See `generate.py` in the corpus. */
type Expected = { lines: string[]; metadata: string[] }

const corpus = new URL('../../corpus/avro/', import.meta.url)
const files = readdirSync(corpus)
  .filter((name) => name.endsWith('.bin'))
  .map((file) => {
    const name = file.slice(0, -4)
    const expected: Expected = JSON.parse(readFileSync(new URL(`${name}.json`, corpus), 'utf8'))
    return { name, bytes: readFileSync(new URL(file, corpus)), expected }
  })
const fileOf = (name: string) => files.find((file) => file.name === name)!

const read = (bytes: Uint8Array) => collect(inPieces(bytes, [5000]))
const reasons = ({ reading }: Awaited<ReturnType<typeof read>>) => reading.gaps.map(({ reason }) => reason)
const linesIn = (text = '') => text.split('\n').slice(0, -1)

describe('Avro as fastavro and Java write it', () => {
  test('has every codec', () => {
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['null', 'deflate', 'snappy', 'zstandard', 'bzip2', 'xz']),
    )
  })

  test.each(files)('gives each record as a line, however it is cut: $name', async ({ bytes, expected }) => {
    for (const lengths of [[1e5], [1], [997, 3]]) {
      const { reading, contents } = await collect(inPieces(bytes, lengths))
      expect(reading).toMatchObject({ complete: true, gaps: [] })
      const texts = textsOf(contents)
      expect(linesIn(texts['avro/records'])).toEqual(expected.lines)
      for (const text of expected.metadata) expect(linesIn(texts['avro/metadata'])).toContain(text)
      expect(texts['avro/metadata']).toContain(bytes.includes('user 1234567') ? '"user 1234567"' : '"')
    }
  })
})

describe('an Avro file', () => {
  const { bytes, expected } = fileOf('small')

  test('is never complete when it was cut off, unless a block ends there', async () => {
    const complete: number[] = []
    for (let length = 4; length < bytes.length; length++) {
      const found = await read(bytes.subarray(0, length))
      const lines = linesIn(textsOf(found.contents)['avro/records'])
      if (found.reading.complete) complete.push(lines.length)
      else expect(expected.lines.slice(0, lines.length)).toEqual(lines.map((line) => line.replace('…', '')))
    }
    // A file may end behind any of its blocks: nothing in the format says how many there are.
    expect(complete).toEqual([0, 1, 2, 3])
  })

  test('is never complete without all its values, whichever bit flips', async () => {
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { reading, contents } = await read(damaged)
      if (!reading.complete) noticed += 1
      else expect(linesIn(textsOf(contents)['avro/records'])).toEqual(expected.lines)
    }
    expect(noticed).toBeGreaterThan(bytes.length * 4)
  })

  test('is a gap with something behind it', async () => {
    for (const more of ['x', 'user 1234567890\n', '\0'.repeat(40)]) {
      const { reading } = await read(Buffer.concat([bytes, Buffer.from(more)]))
      expect(reading.complete).toBe(false)
    }
  })

  test('in which one block is damaged is read behind it', async () => {
    const damaged = Buffer.from(bytes)
    const sync = bytes.subarray(-16)
    const endOfFirst = bytes.indexOf(sync, bytes.indexOf(sync) + 16) + 16
    damaged[endOfFirst + 8]! ^= 1
    const found = await read(damaged)
    expect(reasons(found)).toEqual(['corrupt'])
    expect(linesIn(textsOf(found.contents)['avro/records'])).toEqual(expected.lines.filter((_, index) => index !== 1))
  })
})

describe('values in Avro', () => {
  test('are exact, whatever 64 bits they are', async () => {
    const values = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(values, async (values) => {
        const block = { count: values.length, bytes: Buffer.concat(values.map(long)) }
        const { reading, contents } = await read(avroFile('long', [block]))
        expect(reading.gaps).toEqual([])
        expect(linesIn(textsOf(contents)['avro/records'])).toEqual(values.map(String))
      }),
      { numRuns: 200 },
    )
  })

  test('that are containers are contents of their own, others must be text', async () => {
    const values = ['plain', gzipSync('user 1111111111'), 'a\tb\nc']
    const bytes = Buffer.concat(values.map(prefixed))
    const { reading, contents } = await read(avroFile('bytes', [{ count: 3, bytes }]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toMatchObject({
      'avro/records': 'plain\n\na\tb\rc\n',
      'avro/value-1/gzip': 'user 1111111111',
    })
    expect(reasons(await read(avroFile('bytes', [{ count: 1, bytes: prefixed(Buffer.from([1, 2])) }])))).toEqual([
      'not-text',
    ])
  })

  test('reads texts of a fixed width without the zeros behind them, but not of the widths of numbers', async () => {
    const fileOfWidth = (size: number) => {
      const values = ['bob_smith', '1234567890'].map((text) => Buffer.from(text.padEnd(size, '\0')))
      return avroFile({ type: 'fixed', name: 'f', size }, [{ count: 2, bytes: Buffer.concat(values) }])
    }
    const { reading, contents } = await read(fileOfWidth(20))
    expect(reading.gaps).toEqual([])
    expect(linesIn(textsOf(contents)['avro/records'])).toEqual(['bob_smith', '1234567890'])
    expect(reasons(await read(fileOfWidth(16)))).toEqual(['not-text'])
  })

  test('of a double that may have lost digits are a gap', async () => {
    const bytes = Buffer.from(new Float64Array([1.22e18, 5]).buffer)
    const found = await read(avroFile('double', [{ count: 2, bytes }]))
    expect(reasons(found)).toEqual(['lossy-number'])
    expect(textsOf(found.contents)['avro/records']).toBe('1220000000000000000\n5\n')
  })

  test('of a list that may be bytes are once more as one, where text in it is found', async () => {
    const items = ['null', 'int']
    const listOf = (...values: number[]) =>
      Buffer.concat([number(values.length), ...values.flatMap((value) => [number(1), number(value)]), number(0)])
    const lists = [[98, 111, 98, 97, 98, -1], [98, 111, 98, 97, 98], [1, 2, 3, 4, 5, 256], Array(16).fill(17)]
    const bytes = Buffer.concat(lists.map((list) => listOf(...list)))
    const { reading, contents } = await read(avroFile({ type: 'array', items }, [{ count: 4, bytes }]))
    expect(reading.gaps).toEqual([])
    const [first, second, third, last] = linesIn(textsOf(contents)['avro/records'])
    expect(first).toBe('98\t111\t98\t97\t98\t-1\t[98,111,98,97,98,255]')
    expect([second, third]).toEqual(['98\t111\t98\t97\t98', '1\t2\t3\t4\t5\t256'])
    expect(last).toMatch(/\t\[17,.*\]\t11111111-1111-1111-1111-111111111111$/)
  })

  test('of a list of fractions that are whole bytes are once more as one', async () => {
    for (const [items, width] of [
      ['double', 8],
      ['float', 4],
    ] as const) {
      const value = Buffer.alloc(width)
      const bytesOf = (byte: number) => {
        if (width === 8) value.writeDoubleLE(byte)
        else value.writeFloatLE(byte)
        return Buffer.from(value)
      }
      const bytes = Buffer.concat([number(6), ...Buffer.from('bob_77').toJSON().data.map(bytesOf), number(0)])
      const { contents } = await read(avroFile({ type: 'array', items }, [{ count: 1, bytes }]))
      expect(linesIn(textsOf(contents)['avro/records'])).toEqual(['98\t111\t98\t95\t55\t55\t[98,111,98,95,55,55]'])
    }
  })

  test('of a list of characters are once more as the text that they are', async () => {
    const items = ['null', 'string']
    const listOf = (...values: string[]) =>
      Buffer.concat([number(values.length), ...values.flatMap((value) => [number(1), prefixed(value)]), number(0)])
    const lists = [['b', 'o', 'b'], ['b', 'ob'], ['b'], ['é', '😀'], ['b', ''], ['o', 'k']]
    const bytes = Buffer.concat(lists.map((list) => listOf(...list)))
    const { reading, contents } = await read(avroFile({ type: 'array', items }, [{ count: lists.length, bytes }]))
    expect(reading.gaps).toEqual([])
    expect(linesIn(textsOf(contents)['avro/records'])).toEqual([
      'b\to\tb\tbob',
      'b\tob',
      'b',
      'é\t😀\té😀',
      'b\t',
      'o\tk\tok',
    ])
  })

  test('are longer than any buffer', async () => {
    const text = `${'x'.repeat(400_000)}\n${'y'.repeat(300_000)}`
    const { reading, contents } = await read(avroFile('string', [{ count: 1, bytes: prefixed(text) }]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['avro/records']).toBe(`${text.replace('\n', '\r')}\n`)
  })
})

describe('an Avro file that contradicts itself', () => {
  const cases = [
    { name: 'more bytes than records', file: avroFile('long', [{ count: 1, bytes: Buffer.from([2, 4]) }]) },
    { name: 'fewer bytes than records', file: avroFile('long', [{ count: 3, bytes: Buffer.from([2, 4]) }]) },
    { name: 'no such branch', file: avroFile(['null', 'long'], [{ count: 1, bytes: Buffer.from([4]) }]) },
    {
      name: 'no such symbol',
      file: avroFile({ type: 'enum', name: 'E', symbols: ['a'] }, [{ count: 1, bytes: Buffer.from([2]) }]),
    },
    { name: 'a negative length', file: avroFile('string', [{ count: 1, bytes: Buffer.from([1]) }]) },
    { name: 'another truth value', file: avroFile('boolean', [{ count: 1, bytes: Buffer.from([2]) }]) },
    { name: 'a number of more than 64 bits', file: avroFile('long', [{ count: 1, bytes: Buffer.alloc(11, 0xff) }]) },
    { name: 'a number of more than 32 bits', file: avroFile('int', [{ count: 1, bytes: number(2 ** 31) }]) },
    { name: 'an unknown type', file: avroFile('other', []) },
    {
      name: 'a name twice',
      file: avroFile(
        ['E', 'E'].map((name) => ({ type: 'fixed', name, size: 1 })),
        [],
      ),
    },
    {
      name: 'a block of items of another size',
      file: avroFile({ type: 'array', items: 'long' }, [
        { count: 1, bytes: Buffer.concat([number(-1), number(2), number(5), number(0)]) },
      ]),
    },
    {
      name: 'a record that is itself',
      file: avroFile(
        {
          type: 'record',
          name: 'A',
          fields: [{ name: 'b', type: { type: 'record', name: 'B', fields: [{ name: 'a', type: 'A' }] } }],
        },
        [{ count: 1, bytes: Buffer.from([1]) }],
      ),
    },
    {
      name: 'two schemas',
      file: Buffer.concat([
        Buffer.from('Obj\x01', 'latin1'),
        number(2),
        ...['avro.schema', '"null"', 'avro.schema', '"string"'].map(prefixed),
        number(0),
        Buffer.alloc(16),
      ]),
    },
  ]
  test.each(cases)('is corrupt: $name', async ({ file }) => {
    expect(reasons(await read(file))).toEqual(['corrupt'])
  })

  test('is not read with an unknown codec', async () => {
    expect(reasons(await read(avroFile('long', [{ count: 1, bytes: Buffer.from([2]) }], 'other')))).toEqual([
      'unsupported-format',
    ])
  })
})

test('a small hostile Avro file takes neither long nor much memory', async () => {
  const symbols = ['s'.repeat(50_000)]
  const items = (count: number, each: Uint8Array) => Buffer.concat([number(count), each, number(0)])
  const files = [
    avroFile('null', [{ count: 2 ** 50, bytes: Buffer.alloc(0) }]),
    avroFile({ type: 'array', items: 'null' }, [{ count: 1, bytes: items(2 ** 50, Buffer.alloc(0)) }]),
    avroFile({ type: 'array', items: { type: 'enum', name: 'E', symbols } }, [
      { count: 1, bytes: items(9000, Buffer.alloc(9000)) },
    ]),
    avroFile({ type: 'record', name: 'L', fields: [{ name: 'next', type: ['null', 'L'] }] }, [
      { count: 1, bytes: Buffer.alloc(9000, 2) },
    ]),
    // Each record holds the one before twice, and the first one nothing.
    avroFile(
      {
        type: 'record',
        name: 'All',
        fields: [
          ...Array.from({ length: 60 }, (_, at) => ({
            name: `f${at}`,
            type: {
              type: 'record',
              name: `R${at}`,
              fields: at === 0 ? [] : ['a', 'b'].map((name) => ({ name, type: `R${at - 1}` })),
            },
          })),
          { name: 'end', type: 'long' },
        ],
      },
      [{ count: 1, bytes: number(5) }],
    ),
    avroFile(JSON.parse('['.repeat(3000) + ']'.repeat(3000)), []),
    Buffer.concat([Buffer.from('Obj\x01', 'latin1'), number(2 ** 40), Buffer.alloc(2000)]),
  ]
  for (const file of files) {
    const before = process.memoryUsage().arrayBuffers
    const started = process.threadCpuUsage()
    const reading = await decodeObject(inPieces(file, [4096]), () => ({ write() {}, end() {} }))
    const { user, system } = process.threadCpuUsage(started)
    expect((user + system) / 1e6).toBeLessThan(10)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 27)
    expect(reading.decodedBytes).toBeLessThan(2 ** 27)
  }
})

/** A number of 64 bits in zigzag. */
function long(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}
