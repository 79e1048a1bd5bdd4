import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms, formNames } from '../../lib/scan/forms/form-names.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { scanSlice } from '../../lib/scan/slices/scan-slice.ts'
import { inPieces } from '../decode/collect.ts'
import { makeIndex } from '../subject-index/make-index.ts'

const index = makeIndex(['1234567890123456789', '4611686018427387904', '123456789012'])
const short = makeIndex(['12345678', '98765432'])

/** What a scan says of a text, in slices too. */
async function gapOf(text: string | Buffer, own = index, forms = defaultForms) {
  const bytes = Buffer.from(text)
  const { complete, gaps } = await scanObject(inPieces(bytes, [7, 100]), own, () => {}, { forms })
  expect(complete).toBe(gaps.length === 0)
  return gaps.map(({ reason, path, offset }) => `${reason} ${[...path, offset].join(' ')}`)
}

/** Where a matcher sees the first one, with the kernel or without. */
function lossyIn(bytes: Uint8Array, sizes: readonly number[], looking: 'kernel' | 'plain', windowBytes = 4096) {
  const matcher = createFormMatcher(index, formNames, () => {}, { looking, windowBytes })
  for (let at = 0, turn = 0; at < bytes.length; at += sizes[turn++ % sizes.length]!)
    matcher.write(bytes.subarray(at, at + sizes[turn % sizes.length]!))
  matcher.end()
  return matcher.lossy()
}

describe('a number of which digits are gone, and that may have been one of somebody', () => {
  const lost = [
    '1.23456789012346e+18',
    '1.23E+18',
    '1.2345678901234568E18',
    '12.3e17',
    '1e+18',
    '1.23457E+11',
    '0.1234568E+19',
    '0.01234568E+20',
    '0001.234568E+18',
    '1,23457E+18',
    '1,23456789012346E+18',
  ]
  it.each(lost)('makes its content lossy-number: %s', async (number) => {
    expect(await gapOf(`id,value\n${number},x\n`)).toEqual(['lossy-number 9'])
    expect(await gapOf(gzipSync(`{"id":${number}}`))).toEqual(['lossy-number gzip 6'])
  })

  it('does so where all digits are there, but a double may have changed the last ones', async () => {
    expect(await gapOf('1.234567890123456789e+18\n')).toEqual(['lossy-number 0'])
  })

  it('does so in an encoding', async () => {
    expect(await gapOf(`"${Buffer.from('the id 1.2345e+18 is his').toString('base64')}"\n`)).toHaveLength(1)
  })

  it.each(['1.23e%2B18', '1.23e\\u002B18', '1.23e+-18'])(
    'does so where its + is written in a form: %s',
    async (number) => {
      expect(await gapOf(`id ${number}\n`)).toEqual(['lossy-number 3'])
    },
  )

  const others = [
    ...['1.5e+09', '1.23e-18', '1e18', '1.23e+19', '1.2e+1', '0x1.2e+18p', 'a1.2e18', '6.02e+23', 'c3e18f', '3e15b'],
    ...['1.234e+18.5e', '1.23e+180', 'v1.2.3e+18', '0.123e+18', '0.0123e+19', '4611686018427387904', '1.23e+ 18'],
  ]
  it.each(others)('and nothing else does: %s', async (text) => {
    const isOdd = /^(?:0x|a1|v1|1\.234e\+18\.)/.test(text)
    // Rather one too many than one too few where a number stands beside letters or another point.
    if (!isOdd) expect(await gapOf(`x,${text},y\n`)).toEqual([])
  })

  const inCode = [
    'ermBuMcdtYJbuQEjC1E+18ila8EMFQz/ZcWk',
    'JbuQEjC1E+18+q',
    'x1E+18ila8EMFQz/ZcWkermBuMcdtYJbuQEjC',
    '1E+18ila8EMFQz/ZcWk',
    'InJlYWQgd3JpdGUifQ1.E18IspeSAH41pgAS0_RleqYg',
    'InJlYWQgd3JpdGUifQ1.25E18IspeSAH41pgAS0_RleqYg',
    'sig=FeURhwDwkWmyq44Kkyp1sxuIRYT0wzePuDepxX1E%2B18%3D',
    'v1.8E18HGOkrJO3sYiOC_PXint09e5H10Qt5znZGBg_1',
    '$2b$12$kvS0Jr3Y1qea1wsn4FZaXB/9.YcMp76qVLYCQGF/MLVFt7FO1.e18:$argon2id',
  ]
  it.each(inCode)('does not in characters of base64: %s', async (text) => {
    for (const around of ['', '\n', '"']) expect(await gapOf(`${around}${text}${around}`)).toEqual([])
  })

  const inNames = [
    ...['/static/js/467.12345e16.chunk.js', 'user467594.1e13@example.org', 'main-12.5e17', '12.5e17.min.css'],
    ...['467594.1e13@example.org', 'cdn.example/0467.12345e16.woff2'],
  ]
  it.each(inNames)(
    'does not in a name, where more than one digit is before the point and no sign is: %s',
    async (text) => {
      for (const around of ['', '\n', '"']) expect(await gapOf(`${around}${text}${around}`)).toEqual([])
    },
  )

  it.each([
    'id-1.2e18.json',
    'user4.83E18@example.org',
    '12.3e+17.json',
    '(12.3e17)',
    'up to 12.3e17. Then',
    'x0001.2e18.y',
  ])('does so in a name as programs write numbers, and outside of names: %s', async (text) => {
    expect(await gapOf(`x,${text},y\n`)).toHaveLength(1)
  })

  it.each([
    '1E+18',
    'U1E+18',
    'user_1.2E18_eu',
    'customerIdentifier1E+18',
    'ids/1E+18',
    'k1.23457e+18f',
    '[1.e+18 2.e+00]',
  ])('does so beside a word: %s', async (text) => {
    expect(await gapOf(`x,${text},y\n`)).toHaveLength(1)
  })

  it('does not matter where all identifiers are short, or where nobody looks for scientific notation', async () => {
    expect(await gapOf('1.23e+07 1.23e+18\n', short)).toEqual([])
    expect(await gapOf('1.23e+18\n', index, ['padded'])).toEqual([])
  })

  it('is seen in the slice that it begins in, wherever slices are cut', async () => {
    const bytes = Buffer.from(`${'a line, of text\n'.repeat(9)}"1.23457e+18"\n${'and more\n'.repeat(9)}`)
    const place = bytes.indexOf('1.23')
    for (let cut = 1; cut < bytes.length; cut++) {
      const gaps = []
      for (const slice of [
        { from: 0, to: cut },
        { from: cut, to: bytes.length },
      ]) {
        const read = ({ from, to }: { from: number; to: number }) => inPieces(bytes.subarray(from, to), [13])
        const scan = await scanSlice(read, slice, bytes.length, index, () => {})
        if (scan.kind !== 'read') throw new Error(scan.kind)
        gaps.push(...scan.gaps)
      }
      expect(gaps.map(({ reason, offset }) => [reason, offset])).toEqual([['lossy-number', place]])
    }
  })

  it('is seen by the kernel wherever it is seen without, in any cuts', () => {
    const piece = fc.oneof(
      fc.constantFrom(...lost, ...others),
      fc.constantFrom(' ', ',', '\n', '"', '.', '1', 'e', '+', 'a', '7.', '00', 'e+18', '18', '%2B', '&#43;'),
      fc.stringMatching(/^[0-9]{1,3}[.]?[0-9]{0,4}[eE][+]?[0-9]{1,3}$/),
    )
    const text = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => Buffer.from(pieces.join('')))
    const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 3 })
    let seen = 0
    fc.assert(
      fc.property(text, sizes, fc.nat(200), (bytes, cuts, before) => {
        const padded = Buffer.concat([Buffer.from(' x'.repeat(before)), bytes])
        const plain = lossyIn(padded, [1e6], 'plain')
        if (plain !== undefined) seen += 1
        expect(lossyIn(padded, cuts, 'kernel', 1 + before)).toBe(plain)
        expect(lossyIn(padded, [1e6], 'kernel')).toBe(plain)
      }),
      { numRuns: 400 },
    )
    expect(seen).toBeGreaterThan(50)
  })
})

describe('a whole number that may have been rounded, where that is looked for', () => {
  it('may be that of anybody where it is too long to look up all that it may have been, and takes no time', async () => {
    const own = makeIndex([`7${'1234567890'.repeat(4)}`, '98765432109876543210987654321'])
    for (const text of [`1${'0'.repeat(28)}`, `7${'1234567890'.repeat(2).slice(0, 14)}${'0'.repeat(26)}`])
      expect(await gapOf(`id,${text}.0`, own, ['rounded'])).toEqual(['lossy-number 3'])
  })

  const own = makeIndex(['1234567890123456789', '12345678901234567', '9007199254740993', '9999999999999999999'])
  const seen: [text: string, by: string][] = [
    ['1234567890123456800', 'JavaScript, Java and others: the shortest digits of a double'],
    ['1234567890123456768', 'C, Go, Python and SQL: all digits of a double'],
    ['1234567890123450000', 'a spreadsheet: fifteen digits'],
    ['1234567890123460000', 'fifteen digits, rounded'],
    ['12345678901234568', 'a double, of 17 digits'],
    ['9007199254740992', 'a double, of 16 digits'],
    ['10000000000000000000', 'a double that has a digit more'],
  ]
  it.each(seen)('%s, as of %s', async (text) => {
    expect(await gapOf(`id,${text},x\n`, own, formNames)).toEqual(['lossy-number 3'])
    expect(await gapOf(`id,${text}.0`, own, ['rounded'])).toEqual(['lossy-number 3'])
    expect(await gapOf(`id,${text},x\n`, own)).toEqual([])
    for (const before of ['%22', '\\n', '\\u0022', '%2522'])
      expect(await gapOf(`id=${before}${text}${before}`, own, formNames)).toHaveLength(1)
    const base64 = Buffer.from(`id ${text}`).toString('base64')
    expect(await gapOf(`"${base64}"`, own, formNames)).toHaveLength(1)
  })

  const unseen = [
    ...[
      '1234567890123456700',
      '1234567890123457000',
      '1234567890123456790',
      '1234567890123456769',
      '12345678901234564',
    ],
    ...[
      '1234567890123440000',
      '12345678901234568000',
      '01234567890123456800',
      '9007199254740996',
      '1234567890123456789',
    ],
  ]
  it.each(unseen)('and nothing else: %s', async (text) => {
    expect((await gapOf(`id,${text},x\n`, own, ['rounded'])).filter((gap) => gap.startsWith('lossy'))).toEqual([])
  })

  // Nearer ones may look like what a spreadsheet leaves of it: of twenty digits the last five are gone.
  it('is what Node makes of somebody’s number, and never what it makes of a distant one', () => {
    const numbers = fc.bigInt({ min: 10n ** 15n, max: 2n ** 64n - 1n })
    fc.assert(
      fc.property(numbers, fc.bigInt({ min: 200_000n, max: 10n ** 6n }), (number, far) => {
        const own = makeIndex([`${number}`, `${number / 2n}`])
        const isSeen = (text: string) => {
          const matcher = createFormMatcher(own, ['rounded'], () => {})
          matcher.write(Buffer.from(` ${text} `))
          matcher.end()
          return matcher.lossy() !== undefined
        }
        for (const text of [
          `${Number(number)}`,
          `${BigInt(Number(number))}`,
          `${number}`.replace(/(?<=^[0-9]{15}).*/, (rest) => '0'.repeat(rest.length)),
        ])
          expect([text, isSeen(text)]).toEqual([text, text !== `${number}`])
        const other = number + far
        if (`${other}`.length === `${number}`.length) expect(isSeen(`${BigInt(Number(other))}`)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})
