import { describe, expect, test } from 'vitest'
import { mayHaveBytes } from '../../../lib/decode/columnar/avro/iceberg-bounds.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { avroFile, number, prefixed } from './avro-writer.ts'

const bytesOf = (hex: string) => Buffer.from(hex, 'hex')

/** A bound of a column in a manifest, as Iceberg declares it, or another field. */
const fieldOf = (field: object) => ({
  type: 'record',
  name: 'k126_v127',
  fields: [{ name: 'key', type: 'int', 'field-id': 126 }, field],
})
const column = { name: 'value', type: 'bytes', 'field-id': 127 }

/** The schema of a table with columns of these types, as a manifest has it. */
const tableOf = (types: readonly unknown[]) =>
  JSON.stringify({ type: 'struct', 'schema-id': 0, fields: types.map((type, id) => ({ id, name: `c${id}`, type })) })
const typedTable = tableOf([
  'long',
  'decimal(20, 0)',
  'timestamptz',
  'string',
  'uuid',
  { type: 'list', element: 'decimal(9, 2)' },
])

async function read(field: object, values: Buffer[], table?: string) {
  const bytes = Buffer.concat(values.flatMap((value) => [number(3), value]))
  const { reading, contents } = await collect(
    inPieces(
      avroFile(
        fieldOf(field),
        [{ count: values.length, bytes }],
        'null',
        table === undefined ? [] : [['schema', table]],
      ),
      [99],
    ),
  )
  const lines = textsOf(contents)['avro/records']?.trimEnd().split('\n')
  return { lines, gaps: reading.gaps.map(({ reason }) => reason) }
}

describe('a bound in a manifest of Iceberg', () => {
  const long = Buffer.alloc(8)
  long.writeBigInt64LE(617689451760n)
  const int = Buffer.alloc(4)
  int.writeInt32LE(1506511)
  const double = Buffer.alloc(8)
  double.writeDoubleLE(-617689451760)
  const bounds = [
    { name: 'a long', value: long, cells: ['617689451760'] },
    { name: 'an int', value: int, cells: ['1506511'] },
    { name: 'a double', value: double, cells: ['-617689451760'] },
    { name: 'a truth value', value: bytesOf('01'), cells: ['1'] },
    { name: 'a decimal of four bytes', value: bytesOf('8f16fccf'), cells: ['-1894318897'] },
    { name: 'a text', value: Buffer.from('anna_silva@mail.e'), cells: ['anna_silva@mail.e'] },
    { name: 'a text of eight characters', value: Buffer.from('annasilv'), cells: ['annasilv'] },
  ]
  for (const { name, value, cells } of bounds)
    test(`is read as what it may be: ${name}`, async () => {
      const { lines, gaps } = await read(column, [prefixed(value)])
      expect(gaps).toEqual([])
      expect(lines?.[0]?.split('\t')).toEqual(expect.arrayContaining(cells))
    })

  test('of partitions may be missing', async () => {
    const field = { name: 'lower_bound', type: ['null', 'bytes'], 'field-id': 510 }
    const { lines, gaps } = await read(field, [number(0), Buffer.concat([number(1), prefixed(bytesOf('cffc1600'))])])
    expect(lines?.[0]).toBe('3')
    expect(lines?.[1]?.split('\t')).toContain('1506511')
    expect(gaps).toEqual([])
  })

  test('of three bytes is a decimal, and a gap, since it may be anything', async () => {
    const { lines, gaps } = await read(column, [prefixed(bytesOf('16fccf'))])
    expect(lines?.[0]?.split('\t')).toContain('1506511')
    expect(gaps).toEqual(['not-text'])
  })

  test('is a decimal or a UUID and no gap, where the table has no columns of bytes', async () => {
    const values = [bytesOf('16fccf'), bytesOf('6f1e2d3c4b5a49788a9b0c1d2e3f4a5b'), bytesOf('00d18c2e2800000000')]
    const { lines, gaps } = await read(column, values.map(prefixed), typedTable)
    expect(gaps).toEqual([])
    expect(lines?.[0]).toBe('3\t1506511')
    expect(lines?.[1]?.split('\t')).toContain('6f1e2d3c-4b5a-4978-8a9b-0c1d2e3f4a5b')
    expect(lines?.[2]).toBe('3\t15099494400000000000')
  })

  test('is a gap where it may be of a column of bytes, or is longer than any number', async () => {
    for (const types of [
      ['decimal(9, 0)', 'binary'],
      ['fixed[3]'],
      ['variant'],
      [{ type: 'map', key: 'string', value: 'binary' }],
    ])
      expect((await read(column, [prefixed(bytesOf('16fccf'))], tableOf(types))).gaps).toEqual(['not-text'])
    expect((await read(column, [prefixed(bytesOf('16fccf'))], '{"type":"struct"')).gaps).toEqual(['not-text'])
    expect((await read(column, [prefixed(Buffer.alloc(17, 1))], typedTable)).gaps).toEqual(['not-text'])
    expect((await read(column, [prefixed('annasilva')], typedTable)).lines?.[0]).toContain('annasilva')
  })

  test('is a UUID too, and of bytes that may be anything a gap', async () => {
    const { lines, gaps } = await read(column, [prefixed(bytesOf('6f1e2d3c4b5a49788a9b0c1d2e3f4a5b'))])
    expect(lines?.[0]?.split('\t')).toContain('6f1e2d3c-4b5a-4978-8a9b-0c1d2e3f4a5b')
    expect(gaps).toEqual(['invalid-utf8'])
  })

  test('is none under another name or number, or of another type', async () => {
    for (const field of [
      { ...column, name: 'photo' },
      { ...column, 'field-id': 7 },
    ])
      expect((await read(field, [prefixed(bytesOf('cffc1600'))])).gaps).toEqual(['invalid-utf8'])
    expect((await read({ ...column, type: 'string' }, [prefixed('bob')])).lines).toEqual(['3\tbob'])
  })
})

describe('a table of Iceberg', () => {
  const struct = (...types: unknown[]) => JSON.stringify({ type: 'struct', fields: types.map((type) => ({ type })) })
  const map = (key: unknown, value: unknown) => ({ type: 'map', key, value })
  const list = (element: unknown) => ({ type: 'list', element })

  test.each([
    struct('long', 'decimal(9, 2)', 'decimal(9,2)', 'timestamptz_ns', 'uuid', 'string'),
    struct(map('string', list('date')), { type: 'struct', fields: [{ type: 'boolean' }] }),
    struct(),
  ])('has no bounds of any bytes: %s', (schema) => expect(mayHaveBytes(schema)).toBe(false))

  test.each([
    struct('long', 'binary'),
    struct('fixed[16]'),
    struct('geometry'),
    struct('decimal(9, 2)x'),
    struct(map('binary', 'long')),
    struct(map('long', 'binary')),
    struct(list('binary')),
    struct({ type: 'struct', fields: [{ type: 'long' }, { type: 'binary' }] }),
    struct({ type: 'struct' }),
    struct({ type: 'other', key: 'long', value: 'long' }),
    struct(null),
    struct(7),
    '{}',
    'null',
    'no JSON',
    undefined,
  ])('may have bounds of any bytes: %s', (schema) => expect(mayHaveBytes(schema)).toBe(true))
})
