import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexInvalid } from '../../lib/errors.ts'
import {
  createHasher,
  digestIn,
  type HashedForm,
  hashAlgorithms,
  hashBytes,
  hashedFormName,
  hashedFormNames,
  hashedTexts,
  hashKinds,
} from '../../lib/subject-index/hashed-forms.ts'
import { openPart } from '../../lib/subject-index/open-part.ts'
import { openSubjectIndex, type SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { buildIndex, buildParts, makeIndex, testKeys } from './make-index.ts'

const salt = Buffer.from('pepper')
const allForms: HashedForm[] = hashKinds.flatMap((kind) =>
  hashAlgorithms.map((algorithm) => ({ algorithm, kind, salt: kind === 'plain' ? new Uint8Array(0) : salt })),
)
const plain = (algorithm: HashedForm['algorithm']): HashedForm => ({
  algorithm,
  kind: 'plain',
  salt: new Uint8Array(0),
})
const texts = ['1234567890123456789', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'Bob@Example.com', 'jane_doe', 'jane.doe']

/** Node's streams, as anybody would compute it. */
function digestOf({ algorithm, kind, salt: with_ }: HashedForm, text: string): Buffer {
  if (kind === 'hmac') return createHmac(algorithm, with_).update(text).digest()
  const parts = { plain: [text], prefixed: [with_, text], suffixed: [text, with_] }[kind]
  const sum = createHash(algorithm)
  for (const part of parts) sum.update(part)
  return sum.digest()
}

describe('a hasher', () => {
  it('computes what Node computes, for salts of every length around a block', () => {
    for (const form of allForms)
      for (const length of [1, 6, 63, 64, 65, 127, 128, 129, 300]) {
        const salted = { ...form, salt: Buffer.alloc(length, 0xab) }
        const of = form.kind === 'plain' ? form : salted
        expect(digestIn(of, 'bob@example.com')).toStrictEqual(digestOf(of, 'bob@example.com'))
      }
  })
})

it('a hasher keeps nothing of the text before', () => {
  for (const form of allForms) {
    const hashOne = createHasher(form)
    for (const text of ['a'.repeat(254), 'abc', 'b'.repeat(100), 'abc'])
      expect(Buffer.from(hashOne(text), 'latin1')).toStrictEqual(digestOf(form, text))
  }
})

describe('the texts of an identifier that are hashed', () => {
  it('are the manifest’s and its lower case where that is the same subject; of a UUID both spellings in both cases', () => {
    const email = { shape: 'email', canonical: 'bob@example.com' } as const
    expect([...hashedTexts('Bob@Example.com', email, 'fold')]).toEqual(['Bob@Example.com', 'bob@example.com'])
    expect([...hashedTexts('Bob@Example.com', email, 'exact')]).toEqual(['Bob@Example.com'])
    const uuid = { shape: 'uuid', canonical: '3f2504e04f8941d39a0c0305e82c3301' } as const
    expect([...hashedTexts('3F2504E04F8941D39A0C0305E82C3301', uuid, 'exact')].toSorted()).toEqual(
      [
        '3F2504E04F8941D39A0C0305E82C3301',
        '3f2504e04f8941d39a0c0305e82c3301',
        '3F2504E0-4F89-41D3-9A0C-0305E82C3301',
        '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      ].toSorted(),
    )
  })
})

describe('an index with hashed forms', () => {
  const { bytes, summary } = buildIndex([...texts, texts[0]!], { hashedForms: allForms })
  const index = openSubjectIndex(bytes, testKeys)

  it('finds the subject of every digest, in every form, and names the form', () => {
    expect(index.hashed!.forms).toEqual(hashedFormNames)
    for (const form of allForms)
      for (const text of [...texts, texts[1]!.toUpperCase(), 'bob@example.com', texts[1]!.replaceAll('-', '')]) {
        const expected = index.ordinalOf(...canonical(text))
        expect(expected).not.toBe(-1)
        expect(index.hashed!.find(digestOf(form, text))).toEqual({ ordinal: expected, form: hashedFormName(form) })
      }
  })

  it('denies others: of other texts, other salts, cut off, changed by one bit', () => {
    for (const form of allForms) {
      expect(index.hashed!.find(digestOf(form, 'BOB@EXAMPLE.COM'))).toBeUndefined()
      if (form.kind !== 'plain')
        expect(index.hashed!.find(digestOf({ ...form, salt: Buffer.from('pepper\n') }, 'jane_doe'))).toBeUndefined()
      const digest = digestOf(form, 'jane_doe')
      for (let at = 0; at < digest.length; at++) {
        const changed = Buffer.from(digest)
        changed[at]! ^= 1 << (at % 8)
        expect(index.hashed!.find(changed)).toBeUndefined()
      }
    }
    expect(index.hashed!.find(digestOf(plain('sha512'), 'jane_doe').subarray(0, 32))).toBeUndefined()
  })

  it('counts each digest once, changes no subject and no ordinal, and has no byte more without such forms', () => {
    const without = buildIndex([...texts, texts[0]!])
    // Of each form: the number, four spellings of the UUID, two of the address, two handles, and the controls of five shapes.
    expect(summary.hashed).toEqual({ forms: hashedFormNames, digests: 16 * (1 + 4 + 2 + 2 + 20) })
    expect(summary).toEqual({ ...without.summary, hashed: summary.hashed })
    expect(without.summary).not.toHaveProperty('hashed')
    expect(openSubjectIndex(without.bytes, testKeys).hashed).toBeUndefined()
    expect(Buffer.from(without.bytes).includes('hashed')).toBe(false)
  })

  it('plants a digest of every control in every form: its own one, unless that would tell of a salt', () => {
    for (const form of allForms)
      for (const { text, ordinal } of index.controls) {
        const planted = index.hashed!.controls.filter(
          (each) => each.form === hashedFormName(form) && each.ordinal === ordinal,
        )
        expect(planted).toHaveLength(1)
        const digest = Buffer.from(planted[0]!.digest, 'hex')
        expect(digest).toHaveLength(hashBytes[form.algorithm])
        expect(index.hashed!.find(digest)).toEqual({ ordinal, form: hashedFormName(form) })
        expect(digest.equals(digestOf(form, text))).toBe(form.kind === 'plain')
      }
    expect(Buffer.from(bytes).includes(salt)).toBe(false)
  })

  it('tells two salts of one form apart', () => {
    const forms = [salt, Buffer.from('other')].map((each) => ({ ...allForms.at(-1)!, salt: each }))
    const both = makeIndex(texts, { hashedForms: forms })
    for (const form of forms) expect(both.hashed!.find(digestOf(form, 'jane_doe'))?.form).toBe('hmac-sha512')
    expect(new Set(both.hashed!.salts).size).toBe(2)
  })

  it('is refused when it is damaged anywhere, at the latest by a check', () => {
    const from = buildIndex([...texts, texts[0]!]).bytes.length - 6000
    for (let at = from; at < bytes.length; at += 97) {
      const changed = bytes.with(at, bytes[at]! ^ 4)
      expect(() => openSubjectIndex(changed, testKeys).check(), `byte ${at}`).toThrow(IndexInvalid)
    }
  })
})

describe('an index with hashed forms that adds to another', () => {
  const hashedForms = [plain('sha256'), allForms.at(-4)!]
  const spelled = (text: string) => [
    text,
    text.toLowerCase(),
    text.toUpperCase(),
    text.replace(/[a-z]/, (one) => one.toUpperCase()),
  ]
  const people = [
    ...['1234567890123456789', '4711', 'Bob@Example.com', 'jane_doe', 'Jane.Doe', 'x_1'],
    ...['3f2504e0-4f89-41d3-9a0c-0305e82c3301', '0e3771edd1f446efb3ecc4be8f1a8a25'],
    ...['12345678-1234-5678-1234-567812345678', '12345678123456781234567812345678'],
  ]
  const manifest = fc.array(fc.constantFrom(...people.flatMap(spelled)), { minLength: 1, maxLength: 8 })

  it('finds with it whom one index of all finds, by every digest', () => {
    fc.assert(
      fc.property(
        fc.array(manifest, { minLength: 2, maxLength: 4 }),
        fc.constantFrom('fold', 'exact'),
        fc.constantFrom(1, 3, 100),
        (manifests, caseRule, mostHeld) => {
          const chain = buildParts(manifests, { hashedForms, caseRule, mostHeld })
          const [united, whole] = [
            openSubjectIndex(chain, testKeys),
            makeIndex(manifests.flat(), { hashedForms, caseRule }),
          ]
          expect(united.subjects).toBe(whole.subjects)
          const tagIn = (index: SubjectIndex, digest: Uint8Array) => {
            const found = index.hashed!.find(digest)
            return found && [index.tagOf(found.ordinal), found.form, index.isControl(found.ordinal)]
          }
          for (const form of hashedForms)
            for (const text of new Set(
              people.flatMap((each) => [...spelled(each), ...spelled(each.replaceAll('-', ''))]),
            ))
              expect(tagIn(united, digestOf(form, text)), text).toEqual(tagIn(whole, digestOf(form, text)))
          united.check()
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 10) },
    )
  })

  it('has planted digests of the controls of all parts, which are found', () => {
    const united = openSubjectIndex(buildParts([texts, ['47110815'], ['someone']], { hashedForms }), testKeys)
    expect(united.hashed!.controls).toHaveLength(2 * united.controls.length)
    for (const { digest, ordinal, form } of united.hashed!.controls) {
      expect(united.hashed!.find(Buffer.from(digest, 'hex'))).toEqual({ ordinal, form })
      expect(united.isControl(ordinal)).toBe(true)
    }
  })

  it('says that a control of another part is somebody, if it turns out to be', () => {
    const base = buildIndex(['123'], { hashedForms }).bytes
    const controls = openPart(base, testKeys).controls.map(({ text }) => text)
    const united = openSubjectIndex(
      [base, buildIndex(controls.slice(0, 2), { bases: [base], seed: 'x', hashedForms }).bytes],
      testKeys,
    )
    for (const [at, text] of controls.entries()) {
      const found = united.hashed!.find(digestOf(hashedForms[0]!, text))!
      expect(found.ordinal).toBe(united.ordinalOf('decimal', text))
      expect(united.isControl(found.ordinal)).toBe(at > 1)
      expect(united.hashed!.controls.filter((each) => each.ordinal === found.ordinal)).toHaveLength(at > 1 ? 2 : 0)
    }
  })

  it('is refused under another salt, with other forms, or with none where the other one has some', () => {
    const salted = hashedForms.map((form) => (form.kind === 'plain' ? form : { ...form, salt: Buffer.from('other') }))
    const [with_, without] = [buildIndex(texts, { hashedForms }).bytes, buildIndex(texts).bytes]
    const refusal =
      /hashed forms: expected those of the index that (?:is added to|it adds to), with the same salts, got others/
    for (const forms of [salted, hashedForms.toReversed(), hashedForms.slice(1), []])
      expect(() => buildIndex(['someone'], { bases: [with_], hashedForms: forms })).toThrow(refusal)
    expect(() => buildIndex(['someone'], { bases: [without], hashedForms })).toThrow(refusal)
  })

  // MD5 of these is the same (Marc Stevens, 2024).
  const twins = ['A', 'E'].map(
    (sign) => `TEXTCOLLBYfGiJUETHQ4h${sign}cKSMd5zYpgqf1YRDhkmxHkhPWptrkoyz28wnI9V0aHeAuaKnak`,
  )
  it.each([
    ['in one manifest', () => buildIndex(twins, { hashedForms: [plain('md5')] })],
    [
      'in one after the other',
      () => buildParts([[twins[0]!], ['someone'], [twins[1]!]], { hashedForms: [plain('md5')] }),
    ],
    [
      'as another spelling of somebody who is known',
      () => buildParts([[twins[0]!.toLowerCase(), twins[1]!], [twins[0]!]], { hashedForms: [plain('md5')] }),
    ],
  ])('is refused where two identifiers have one digest, %s', (_where, build) => {
    expect(digestOf(plain('md5'), twins[0]!)).toEqual(digestOf(plain('md5'), twins[1]!))
    expect(build).toThrow('expected no digest to stand for two identifiers')
  })
})

it('a UUID of decimal digits and the number that it is without hyphens: every digest stands for one of them', () => {
  const [number, uuid] = ['12345678123456781234567812345678', '12345678-1234-5678-1234-567812345678']
  for (const algorithm of hashAlgorithms)
    for (const manifests of [
      [[number, uuid]],
      [[uuid, number, uuid, number]],
      [[uuid], [number]],
      [[number], [uuid]],
    ]) {
      const hashedForms = [plain(algorithm)]
      const index = openSubjectIndex(buildParts(manifests, { hashedForms }), testKeys)
      const subjectOf = (text: string) => index.hashed!.find(digestOf(plain(algorithm), text))?.ordinal
      expect(subjectOf(number)).toBe(index.ordinalOf('decimal', number))
      expect(subjectOf(uuid)).toBe(index.ordinalOf('uuid', number))
      index.check()
    }
  const alone = makeIndex([uuid], { hashedForms: [plain('sha256')], pending: [number] })
  for (const text of [uuid, number])
    expect(alone.hashed!.find(digestOf(plain('sha256'), text))?.ordinal).toBe(alone.ordinalOf('uuid', number))
})

it('many subjects: each digest stands for its own, over all partitions', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `${1_000_000_007 * (at + 1)}`)
  const index = makeIndex(many, { hashedForms: [plain('md5')] })
  for (const text of many) {
    const found = index.hashed!.find(digestOf(plain('md5'), text))
    if (found?.ordinal !== index.ordinalOf('decimal', text)) expect.fail('another subject')
  }
  index.check()
})

function canonical(text: string): ['uuid' | 'email' | 'decimal' | 'handle' | 'dotted', string] {
  if (/^[0-9]+$/.test(text)) return ['decimal', text]
  if (/^[0-9a-f-]{32,36}$/i.test(text)) return ['uuid', text.replaceAll('-', '').toLowerCase()]
  if (text.includes('@')) return ['email', text.toLowerCase()]
  return [text.includes('.') ? 'dotted' : 'handle', text]
}
