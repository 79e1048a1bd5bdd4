import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spellingsOfDigest } from '../../lib/scan/controls/hashed-sample.ts'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { createTokenMatcher } from '../../lib/scan/matcher.ts'
import type { Occurrence } from '../../lib/scan/occurrence.ts'
import { hashAlgorithms } from '../../lib/subject-index/hashed-forms.ts'
import type { SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../subject-index/make-index.ts'

const none = new Uint8Array(0)
const subjects = ['1234567890123', 'bob@example.com', '3f2504e0-4f89-41d3-9a0c-0305e82c3301']
const hashedForms = hashAlgorithms.map((algorithm) => ({ algorithm, kind: 'plain' as const, salt: none }))
const index = makeIndex(subjects, { hashedForms })
const digestOf = (algorithm: string, text: string) => createHash(algorithm).update(text).digest()

type Found = { ordinal: number; offset: number; form: string }
const inOrder = (found: Found[]) =>
  found.toSorted((x, y) => x.offset - y.offset || x.ordinal - y.ordinal || (x.form < y.form ? -1 : 1))

const escapeBefore =
  /(?:\\[ntrbfvae0Zx]|\\[0-3][0-7]{2}|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|%(?:25){0,8}[0-9a-f]{2}|#0[0-3][0-7])$/i

/** Every window of the text that could be a digest, decoded by Node; slow, and nothing shared with the finders. */
function reference(of: SubjectIndex, text: string): Found[] {
  const found = new Map<string, Found>()
  const look = (offset: number, digest: Buffer) => {
    const known = of.hashed!.find(digest)
    if (known) found.set(`${offset} ${known.ordinal} ${known.form}`, { offset, ...known })
  }
  const lookIn64 = (offset: number, coded: string) => {
    const digest = Buffer.from(coded, 'base64')
    const isCanonical = digest.toString('base64url') === coded.replaceAll('+', '-').replaceAll('/', '_')
    if (isCanonical) look(offset, digest)
  }
  for (let at = 0; at < text.length; at++) {
    const before = text[at - 1] ?? ' '
    const isBehindEscape = escapeBefore.test(text.slice(Math.max(0, at - 24), at))
    for (const bytes of of.hashed!.lengths) {
      const isHexBefore = /[0-9a-f]/i.test(before) && !isBehindEscape
      const hex = text.slice(at, at + 2 * bytes)
      if (
        !isHexBefore &&
        hex.length === 2 * bytes &&
        /^[0-9a-f]+$/i.test(hex) &&
        !/^[0-9a-f]/i.test(text.slice(at + 2 * bytes))
      )
        look(at, Buffer.from(hex, 'hex'))
      const grouped = /^[0-9a-f]{8}([-_])(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}(?![0-9a-f])/i.exec(text.slice(at))?.[0]
      if (bytes === 16 && grouped) look(at, Buffer.from(grouped.replace(/[-_]/g, ''), 'hex'))
      const length = Math.ceil((bytes * 8) / 6)
      const coded = text.slice(at, at + length)
      const isWordBefore = /[A-Za-z0-9]/.test(before) && !isBehindEscape
      if (
        !isWordBefore &&
        coded.length === length &&
        /^[\w+/-]+$/.test(coded) &&
        !/^[A-Za-z0-9]/.test(text.slice(at + length))
      )
        lookIn64(at, coded)
    }
  }
  return inOrder([...found.values()])
}

function scan(text: string, sizes: readonly number[], blockBytes: number, looking: 'kernel' | 'plain'): Found[] {
  const found: Found[] = []
  const matcher = createTokenMatcher(
    index,
    ({ ordinal, offset, form }) => form !== undefined && found.push({ ordinal, offset, form }),
    { blockBytes, looking },
  )
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    matcher.write(bytes.subarray(at, at + size))
    at += size
  }
  matcher.end()
  return inOrder(found)
}

const written = fc
  .tuple(fc.constantFrom(...hashAlgorithms), fc.constantFrom(...subjects), fc.nat(4), fc.boolean())
  .map(([algorithm, subject, at, isOther]) => {
    const spellings = spellingsOfDigest(digestOf(algorithm, isOther ? `${subject}x` : subject))
    return spellings[at % spellings.length]!
  })
const around = fc.constantFrom(
  ...[
    '',
    ' ',
    '\n',
    '"',
    '-',
    '_',
    '/',
    '+',
    '=',
    ',',
    'x',
    'a',
    '7',
    '\\n',
    '\\x',
    '%22',
    '%2522',
    '\\u0027',
    '0x',
    'sha256-',
    '{"id":"',
    ' of ',
    '.',
    '=',
  ],
  ...['ab'.repeat(40), `${'/A-b'.repeat(60)}/`, 'word '.repeat(20)],
)
const content = fc
  .array(fc.tuple(around, around, written, around, around), { maxLength: 4 })
  .map((parts) => parts.flat().join(''))

describe('digests that stand for identifiers', () => {
  it('are found exactly where a plain reference finds them, in any cuts, with the kernel and without', () => {
    fc.assert(
      fc.property(
        content,
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 64, 1000, 70_000),
        (text, sizes, blockBytes) => {
          const expected = reference(index, text)
          expect(scan(text, sizes, blockBytes, 'plain')).toEqual(expected)
          expect(scan(text, sizes, blockBytes, 'kernel')).toEqual(expected)
        },
      ),
      { numRuns: 250 },
    )
  })

  it('are found by the property: it is not about nothing', () => {
    let hits = 0
    for (const text of fc.sample(content, { numRuns: 200, seed: 1 })) hits += reference(index, text).length
    expect(hits).toBeGreaterThan(50)
  })

  const digest = digestOf('sha256', 'bob@example.com')
  // Of these bytes base64 has a slash and a plus, or the cases would say nothing.
  const signed = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `${name}@x.org`)
  const nested = makeIndex([...signed, 'bob@example.com'], { hashedForms })
  const subject = signed.find((text) => /\+.*\/|\/.*\+/.test(digestOf('sha512', text).toString('base64')))!
  const base64 = digestOf('sha512', subject).toString('base64')
  const cases: { name: string; text: string; form: string }[] = [
    { name: 'percent-encoded base64', text: `q=${encodeURIComponent(base64)}&x`, form: 'percent sha512' },
    { name: 'slashes of JSON', text: JSON.stringify(base64).replaceAll('/', '\\/'), form: 'backslash sha512' },
    {
      name: 'JSON in base64',
      text: Buffer.from(`{"u":"${digest.toString('hex')}"}`).toString('base64'),
      form: 'base64 sha256',
    },
    {
      name: 'UTF-16',
      text: Buffer.from(`<${digest.toString('hex')}>`, 'utf16le').toString('latin1'),
      form: 'utf-16 sha256',
    },
    {
      name: 'character references',
      text: base64.replaceAll('+', '&#43;').replaceAll('/', '&#x2F;'),
      form: 'entity sha512',
    },
  ]
  for (const { name, text, form } of cases)
    it(`are found inside of another form: ${name}`, () => {
      for (const looking of ['kernel', 'plain'] as const) {
        const found: Occurrence[] = []
        const matcher = createFormMatcher(nested, defaultForms, (each) => found.push(each), { looking })
        matcher.write(Buffer.from(`${'some words before it, '.repeat(90)}${text} and behind it`, 'latin1'))
        matcher.end()
        expect(found.map((each) => each.form)).toEqual([form])
      }
    })
})
