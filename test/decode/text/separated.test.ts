import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleFormats } from '../../../lib/scan/controls/sample-formats.ts'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

async function read(content: string | Uint8Array, lengths = [50]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(content), lengths))
  return { gaps: reading.gaps.map(({ reason, offset }) => `${reason} ${offset}`), texts: textsOf(contents) }
}

const shown = (table: string) => table.replace(/[\x01-\x03\x1f]/g, '\f')

/** What Hive 3 and Impala write by default: fields, a list, a map, nothing (`\N`), an empty text. */
const hive =
  '48151623\x01jané.doe@example.org\x01news\x02sms\x01lang\x03sv\x02zone\x03CET\x01\\N\n' +
  '48151624\x01\\N\x01\x01\x012026-11-28 10:00:00.0\n'

describe('a table of fields that control characters are between', () => {
  for (const [name, table] of Object.entries({
    'as Hive and Impala write it': hive,
    'with unit separators': hive.replaceAll('\x01', '\x1f'),
    'with CR LF': hive.replaceAll('\n', '\r\n'),
    'of one line': hive.slice(0, hive.indexOf('\n') + 1),
    'of lines that are longer than the head': `${'1\x01word\x01'.repeat(100)}\n`.repeat(3),
    'of UUIDs': `${'6f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\x01'.repeat(2)}\n`,
  }))
    test(`has a form feed in the place of each: ${name}`, async () => {
      for (let at = 1; at < table.length; at += 1 + (at >> 7)) {
        const { texts, gaps } = await read(table, [at, table.length])
        expect([texts, gaps]).toEqual([{ separated: shown(table) }, []])
      }
    })

  test('is read however it is cut, whatever is in its fields', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '1', 'é', '€', ' ', ',', '\\N', '\x02', '\x03', '\t', '\r') })
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 })
    const rows = fc
      .integer({ min: 1, max: 4 })
      .chain((length) => fc.array(fc.array(text, { minLength: length, maxLength: length }), { maxLength: 8 }))
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('\x01', '\x1f'), lengths, async (rows, separator, lengths) => {
        const first = ['key', 'Alice', ...(rows[0] ?? []).slice(1)]
        const lines = [first, ...rows.map((row) => ['7', ...row])]
        const table = lines.map((fields) => `${fields.join(separator)}\n`).join('')
        expect(await read(table, lengths)).toEqual({ texts: { separated: shown(table) }, gaps: [] })
      }),
    )
  })

  test('is read inside other formats', async () => {
    for (const [format, { wrap, path }] of Object.entries(sampleFormats).filter(([name]) =>
      /^(tar|zip|gzip)$/.test(name),
    )) {
      const { texts, gaps } = await read(gzipSync(wrap(Buffer.from(hive))), [1000])
      expect([texts[['gzip', ...path, 'separated'].join('/')], gaps], format).toEqual([shown(hive), []])
    }
  })

  /** More than decides what a content is. */
  const long = hive.repeat(10)
  const row = '48151625\x01Bob\x01\x01\x01\n'
  const spoiled: Record<string, { line: string; at: number }> = {
    'a line of fewer fields': { line: '1\x01a\n', at: 0 },
    'a line of more fields': { line: '1\x01a\x01\x01\x01\x01\n', at: 0 },
    'an empty line': { line: '\n', at: 0 },
    'another control byte': { line: row.replace('Bob', 'a\x04b'), at: 10 },
    'a form feed': { line: row.replace('Bob', 'a\fb'), at: 10 },
    'the other separator': { line: row.replace('Bob', 'a\x1fb'), at: 10 },
    'a record separator': { line: row.replace('Bob', 'a\x1e'), at: 10 },
  }
  for (const [name, { line, at }] of Object.entries(spoiled))
    test(`has a gap and is delivered all the same: ${name}`, async () => {
      const table = long + line + hive
      for (const lengths of [[1], [7], [1000]])
        expect(await read(table, lengths)).toEqual({
          texts: { separated: shown(table).replace('a\fb', line.includes('\x1f') ? 'a\x1fb' : 'a\fb') },
          gaps: [`not-text ${Buffer.byteLength(long) + at}`],
        })
    })

  test('has a gap where the last line has no end', async () => {
    expect((await read(long + row.slice(0, -1))).gaps).toEqual([`not-text ${Buffer.byteLength(long)}`])
    expect((await read(long + row + row.slice(0, 4))).gaps).toEqual([`not-text ${Buffer.byteLength(long + row)}`])
  })

  test('has a gap where it is not UTF-8, which texts may be that each end in a byte that says so (Kryo)', async () => {
    const line = Buffer.from(row.replace('Bob', 'caf\xe9 au lait'), 'latin1')
    const { gaps } = await read(Buffer.concat([Buffer.from(long), line]))
    expect(gaps).toEqual([`invalid-utf8 ${Buffer.byteLength(long) + 12}`])
  })

  const alike: Record<string, string> = {
    'no line': '1\x01Alice',
    'no separator of fields': 'Alice\x02Bob\n',
    'a line without one': 'Alice\nBob\x01Carol\n',
    'lines of several counts': '1\x01Alice\n1\x01Bob\x01Carol\n',
    'a separator as the first byte (SCCS, MMDF, SOH in front of a record)': '\x01h12345\n\x01s 1/2/3\n',
    'fields that are too short to tell anything': '1\x01a\x01no\n',
    'fields that may have their length in front': `1\x01${String.fromCharCode(48)}${'bob@example.org/'.repeat(3)}\n`,
    'the same in Avro': `1\x01${String.fromCharCode(48)}bob.smith.x@example.org.\n`,
    'numbers that may have their types in front (protocol buffers)': '1\x010182\n1\x01a8b@\n1\x01x0182\n1\x01018h2\n',
    'numbers and texts in CBOR': '!\x01hbob_w777\n',
    'subfields of MARC': '245 10\x1faSmith, John\x1fd1950-\n',
    'subfields of PICA': '003@ \x1f0010003231\x1e013A \x1faBuch\x1e\n',
    'what is known by its first bytes': 'GIF8\x01Alice\n',
  }
  for (const [name, text] of Object.entries(alike))
    test(`is none that only looks alike: ${name}`, async () => {
      const { texts, gaps } = await read(text)
      expect([texts, gaps.length]).toEqual([{ '': text }, 1])
    })

  test('has nothing in it that was not written there, and nothing is joined', async () => {
    const index = makeIndex(['48151623', 'bob_smith', '98111981'])
    const find = async (table: string) => {
      const found: string[] = []
      await scanObject(inPieces(Buffer.from(table), [7]), index, ({ ordinal, offset, record }) =>
        found.push(`${ordinal} ${offset} ${record}`),
      )
      return found
    }
    const number = index.ordinalOf('decimal', '48151623')
    const name = index.ordinalOf('handle', 'bob_smith')
    expect(await find('1\x01Alice\x01x\x0248151623\x03y\n2\x01bob_smith\x01x\n')).toEqual([
      `${number} 10 1`,
      `${name} 23 2`,
    ])
    const split = ['48', '151', '623']
    const bytes = Array.from('bob_smith', (sign) => sign.charCodeAt(0))
    for (const sign of '\x01\x02\x03') {
      expect(await find(`1\x01Alice\x01${split.join(sign)}\n`), JSON.stringify(sign)).toEqual([])
      expect(await find(`1\x01Alice\x01${bytes.join(sign)}\n`), JSON.stringify(sign)).toEqual([])
      expect(await find(`1\x01Alice\x01bob${sign}_smith\n`), JSON.stringify(sign)).toEqual([])
    }
  })
})
