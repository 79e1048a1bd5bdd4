import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import type { Occurrence } from '../../../../lib/scan/occurrence.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

const uuids = [
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
  '00000000-0000-4000-8000-00000000002a',
  // With one `/` and one `+` in it.
  '69b7ffe0-4f89-41d3-9a0c-0305fbe83301',
]
const index = makeIndex([...uuids, '1234567890123'])
const ordinalOf = (uuid: string) => index.ordinalOf('uuid', uuid.replaceAll('-', ''))!

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')
/** As .NET's Guid.ToByteArray, and as the old driver of MongoDB for Java has it. */
const guidOf = (uuid: string) => {
  const bytes = bytesOf(uuid)
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ] as const)
    bytes.subarray(from, to).reverse()
  return bytes
}
const javaOf = (uuid: string) => {
  const bytes = bytesOf(uuid)
  bytes.subarray(0, 8).reverse()
  bytes.subarray(8).reverse()
  return bytes
}

function find(
  content: Buffer,
  sizes = [content.length + 1],
  looking: 'kernel' | 'plain' = 'kernel',
  windowBytes?: number,
) {
  const found: Occurrence[] = []
  const matcher = createFormMatcher(index, defaultForms, (each) => found.push(each), {
    looking,
    ...(windowBytes && { windowBytes }),
  })
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const size = sizes[turn % sizes.length]!
    matcher.write(content.subarray(at, at + size))
    at += size
  }
  matcher.end()
  return found
    .map(({ ordinal, offset, form = '' }) => ({ ordinal, offset, form }))
    .sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

describe('a UUID of 16 bytes in base64', () => {
  const [uuid, ones] = uuids as [string, string]
  const encoded = bytesOf(uuid).toString('base64')
  it.each([
    ['JSON of MongoDB', `{"_id":{"$binary":{"base64":"${encoded}","subType":"04"}}}\n`],
    ['its old subtype, of C#', `{"$binary":{"base64":"${guidOf(uuid).toString('base64')}","subType":"03"}}`],
    ['its old subtype, of Java', `{"$binary":{"base64":"${javaOf(uuid).toString('base64')}","subType":"03"}}`],
    ['JSON of DynamoDB', `{"Item":{"id":{"B":"${encoded}"}}}`],
    ['CSV, at the end', `1,${encoded}`],
    ['base64 for addresses', `/u/${Buffer.from(encoded).toString().replaceAll('+', '-').replaceAll('/', '_')}?x=1`],
    ['behind an escape', `line\\n${encoded}`],
    ['percent-encoded', `?id=${encodeURIComponent(encoded)}&x=1`],
    ['JSON of PHP', JSON.stringify({ id: bytesOf(ones).toString('base64') }).replaceAll('/', '\\/')],
    ['JSON with signs escaped', `{"id":"${encoded.replaceAll('=', '\\u003d')}"}`],
  ])('is found in %s', (_, text) => {
    const found = find(Buffer.from(`before it ${text} and behind`))
    expect(found.map(({ ordinal }) => ordinal)).toEqual([ordinalOf(text.includes('\\/') ? ones : uuid)])
    expect(found[0]!.form).toContain('base64-uuid')
  })

  const signed = bytesOf(uuids[3]!)
  it.each([
    ['an address', `GET /u/${signed.toString('base64url')}/orders HTTP/1.1`],
    ['a query', `?u=${signed.toString('base64url')}&v=1`],
    ['a query, percent-encoded', `?u=${encodeURIComponent(signed.toString('base64').slice(0, -2))}&v=1`],
    ['a query with padding', `?u=${encodeURIComponent(signed.toString('base64'))}&v=1`],
    ['an address in an address', `?to=%2Fu%2F${signed.toString('base64url')}%2Forders`],
    ['a name of parts', `user-${signed.toString('base64url')}_7.json`],
    ['JSON', `{"id":"${signed.toString('base64').slice(0, -2)}"}`],
    ['JSON of PHP', `{"id":"${signed.toString('base64').slice(0, -2).replaceAll('/', '\\/')}"}`],
    ['JSON of PHP, with padding', `{"id":"${signed.toString('base64').replaceAll('/', '\\/')}"}`],
    ['JSON of .NET', `{"id":"${signed.toString('base64').replaceAll('+', '\\u002B')}"}`],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ id: signed.toString('base64url') }))],
    ['CSV, at the end of a line', `1,${guidOf(uuids[3]!).toString('base64url')}\r\n`],
    ['lines, in the order of Java', `\n${javaOf(uuids[3]!).toString('base64url')}\n`],
    ['quoted-printable', `id=3D${signed.toString('base64url')}.`],
    ['base64 of JSON', Buffer.from(`{"id":"${signed.toString('base64url')}"}`).toString('base64')],
  ])('is found, with padding or without, in %s', (_, text) => {
    for (const looking of ['kernel', 'plain'] as const) {
      const found = find(Buffer.from(`${'before it, '.repeat(200)}${text}`), undefined, looking)
      expect(found.map(({ ordinal }) => ordinal)).toEqual([ordinalOf(uuids[3]!)])
      expect(found[0]!.form).toContain('base64-uuid')
    }
  })

  it.each([
    ['of somebody else', Buffer.alloc(16, 7).toString('base64')],
    ['of fifteen bytes', bytesOf(uuid).subarray(0, 15).toString('base64')],
    ['without the first byte', bytesOf(uuid).subarray(1).toString('base64')],
    ['with a byte more', Buffer.concat([bytesOf(uuid), Buffer.of(0)]).toString('base64')],
    ['with a letter behind it', `${encoded.slice(0, -2)}A`],
    ['with a letter before it', `A${encoded.slice(0, -2)}`],
    ['with another last character', `${encoded.slice(0, -3)}R`],
  ])('is none %s', (_, text) => {
    expect(find(Buffer.from(`"${text}" `))).toEqual([])
  })

  const stored = uuids.flatMap((each) => [bytesOf(each), guidOf(each), javaOf(each)].map((bytes) => ({ each, bytes })))
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...stored.map(({ bytes }) => bytes.toString('base64'))) },
    { weight: 1, arbitrary: fc.constantFrom(...stored.map(({ bytes }) => `${bytes.toString('base64url')}==`)) },
    { weight: 2, arbitrary: fc.constantFrom(...stored.map(({ bytes }) => bytes.toString('base64url'))) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('=', '==', '===', 'A==', 'some text\n', ' "', 'é', '\0', '/+-_', 'x'.repeat(60)),
    },
    { weight: 2, arbitrary: fc.base64String({ maxLength: 48 }) },
  )
  /** What stands there, by Node's own decoder. */
  function reference(content: string): { ordinal: number; offset: number }[] {
    const found: { ordinal: number; offset: number }[] = []
    for (const { 1: text, index: offset } of content.matchAll(/(?=([A-Za-z0-9+/_-]{21}[AQgw])(?![A-Za-z0-9]))/g)) {
      const isPadded = content.startsWith('==', offset + 22)
      const isGlued =
        /[A-Za-z0-9]$/.test(content.slice(0, offset)) && !/=[0-9a-fA-F]{2}$/.test(content.slice(0, offset))
      if (!isPadded && isGlued) continue
      const decoded = Buffer.from(text!, 'base64')
      for (const { each, bytes } of stored) if (bytes.equals(decoded)) found.push({ ordinal: ordinalOf(each), offset })
    }
    return [...new Map(found.map((each) => [`${each.offset} ${each.ordinal}`, each])).values()].sort(
      (x, y) => x.offset - y.offset || x.ordinal - y.ordinal,
    )
  }

  it('is found wherever it is and the content is cut, with the kernel and without', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
        (text, sizes) => {
          const content = Buffer.from(text, 'latin1')
          const expected = reference(text)
          for (const looking of ['kernel', 'plain'] as const) {
            const found = find(content, sizes, looking, 4096).filter(({ form }) => form === 'base64-uuid')
            expect(found.map(({ ordinal, offset }) => ({ ordinal, offset }))).toEqual(expected)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is no reason to look closer where nobody has a UUID', () => {
    const numbers = makeIndex(['1234567890123'])
    const found: Occurrence[] = []
    const matcher = createFormMatcher(numbers, defaultForms, (each) => found.push(each))
    matcher.write(Buffer.from(`"${encoded}" 1234567890123`))
    matcher.end()
    expect(found.map(({ offset }) => offset)).toEqual([27])
  })
})
