import { describe, expect, it } from 'vitest'
import { formatNames } from '../../../lib/decode/formats.ts'
import { runControls } from '../../../lib/scan/controls/controls.ts'
import { defaultForms, formNames } from '../../../lib/scan/forms/form-names.ts'
import { type ScanObject, scanObject } from '../../../lib/scan/scan-object.ts'
import { syntheticIdentifier } from '../../../lib/subject-index/control-identifiers.ts'
import { hashAlgorithms, hashedFormNames } from '../../../lib/subject-index/hashed-forms.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

const mixed = ['1234567890123456789', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'bob@x.org', 'jane_doe', 'jane.doe']
const index = makeIndex(mixed)
const healthy = await runControls(index)
const { planted } = healthy.positive

const isOfForm = (form: string) => formNames.includes(form.split('/')[1]!)

/** Scanners that are broken, each in its own way. `hears` says whether an occurrence comes through. */
const deaf =
  (hears: (each: { ordinal: number; offset: number; path: readonly string[] }) => boolean): ScanObject =>
  (chunks, own, onOccurrence, options) =>
    scanObject(chunks, own, (each) => (hears(each) ? onOccurrence(each) : undefined), options)

describe('controls', () => {
  for (const caseRule of ['fold', 'exact'] as const)
    it(`are all detected by the scanner, without a false alarm (${caseRule})`, async () => {
      const { positive, negative } = await runControls(makeIndex(mixed, { caseRule }))
      expect(positive.detected).toBe(positive.planted)
      expect(negative).toStrictEqual({ planted: negative.planted, falseAlarms: 0 })
      expect(negative.planted).toBeGreaterThan(100)
    })

  // 17 characters behind `q` are a text of CBOR, 113 or 108 are as many as it says or five less in others: such a miss would be none. Text of
  // 51 characters and more fills a line of base64. A digit before 50 or 55 others is their length as well.
  for (const length of [16, 17, 18, 50, 51, 55, 68, 108, 113, 120])
    it(`are all detected, without a false alarm, where identifiers have ${length} characters`, async () => {
      const email = `${'a'.repeat(Math.min(length - 9, 60))}@`.padEnd(length - 4, 'b')
      const texts = [`${email}.org`, 'h'.repeat(length), `a.${'d'.repeat(length - 2)}`, '7'.repeat(length)]
      expect(texts.map((text) => text.length)).toEqual([length, length, length, length])
      const { positive, negative } = await runControls(makeIndex(texts))
      expect(negative).toStrictEqual({ planted: negative.planted, falseAlarms: 0 })
      expect(positive.detected).toBe(positive.planted)
    })

  it('are none that would be taken for a format as a value: 61 characters from M on are a line of uuencode', () => {
    const firstLetters = [12, 1]
    const random = (bytes: number) => new Uint8Array(bytes).fill(bytes === 1 ? firstLetters.shift()! : 0)
    expect(syntheticIdentifier('handle', 61, random)).toBe('b'.padEnd(61, 'a'))
  })

  it('cover every form that is looked for in every shape that can take it, and say so', () => {
    const shapes = ['decimal', 'uuid', 'email', 'handle', 'dotted']
    const shapesOf: Record<string, string[]> = {
      ...{ padded: ['decimal'], grouped: ['decimal'], scientific: ['decimal'] },
      ...{ 'iso-2022': ['uuid', 'email', 'handle', 'dotted'], 'base64-uuid': ['uuid'] },
    }
    const expected = defaultForms
      // No control has a quote in it.
      .filter((form) => form !== 'doubled-quote' && form !== 'fixed-width')
      .flatMap((form) => (shapesOf[form] ?? shapes).map((shape) => `plain/${form}/${shape}`))
    expect(healthy.positive.forms.filter(isOfForm).toSorted()).toStrictEqual(expected.toSorted())
  })

  it('plant only forms that are looked for', async () => {
    const { positive } = await runControls(index, scanObject, ['percent'])
    expect(new Set(positive.forms.filter(isOfForm).map((form) => form.split('/')[1]))).toStrictEqual(
      new Set(['percent']),
    )
    expect((await runControls(index, scanObject, [])).positive.forms.filter(isOfForm)).toStrictEqual([])
  })

  // No control has a quote in it, and nobody is found by `rounded` or `fixed-width`.
  for (const form of formNames.filter((name) => !['doubled-quote', 'rounded', 'fixed-width'].includes(name)))
    it(`are missed by a scanner that does not look for the form ${form}`, async () => {
      const forgetful: ScanObject = (chunks, own, on, options) =>
        scanObject(chunks, own, on, {
          ...options,
          forms: options?.forms?.filter((name) => name !== form),
        })
      const { positive } = await runControls(index, forgetful, formNames)
      expect(positive.detected).toBeLessThan(positive.planted)
    })

  it('cover every container, shape and context, and say so', () => {
    const contexts: Record<string, string[]> = {
      plain: ['json-lines', 'csv', 'sql', 'lines', 'text'],
      separated: ['csv'],
    }
    const expected = ['plain', ...formatNames].flatMap((container) =>
      (contexts[container] ?? ['lines']).flatMap((context) =>
        ['decimal', 'uuid', 'email', 'handle', 'dotted'].map((shape) => `${container}/${context}/${shape}`),
      ),
    )
    expected.push('parquet/numbers/decimal')
    expect(healthy.positive.forms.filter((form) => !isOfForm(form)).toSorted()).toStrictEqual(expected.toSorted())
    expect(planted).toBeGreaterThanOrEqual(4 * expected.length)
  })

  describe('in hashed forms', () => {
    const plainForms = hashAlgorithms.map((algorithm) => ({
      algorithm,
      kind: 'plain' as const,
      salt: new Uint8Array(0),
    }))
    const salted = { algorithm: 'sha1', kind: 'suffixed', salt: Buffer.from('salt') } as const
    const hashedForms = [...plainForms, salted]
    const few = makeIndex(mixed.slice(0, 1), { hashedForms })

    it('are all detected, without a false alarm, and named', async () => {
      const { positive, negative } = await runControls(makeIndex(mixed, { hashedForms }), scanObject, [])
      expect(positive.detected).toBe(positive.planted)
      expect(negative.falseAlarms).toBe(0)
      const names = [...hashAlgorithms, 'suffixed-sha1'].flatMap((form) =>
        ['decimal', 'uuid', 'email', 'handle', 'dotted'].map((shape) => `plain/${form}/${shape}`),
      )
      const named = positive.forms.filter((form) => hashedFormNames.includes(form.split('/')[1]!))
      expect(named.toSorted()).toStrictEqual(names.toSorted())
    })

    for (const form of [...hashAlgorithms, 'suffixed-sha1'])
      it(`are missed by a scanner that does not look for ${form}`, async () => {
        const { positive } = await runControls(
          few,
          (chunks, own, on, options) =>
            scanObject(chunks, own, (each) => (each.form === form ? undefined : on(each)), { ...options, forms: [] }),
          [],
        )
        expect(positive.detected).toBeLessThan(positive.planted)
      })

    it('are missed where the index has others than the digests of its controls', async () => {
      const find = (digest: Uint8Array) =>
        few.hashed!.find(Uint8Array.from(digest, (byte, at) => (at === 0 ? byte ^ 1 : byte)))
      const { positive } = await runControls({ ...few, hashed: { ...few.hashed!, find } }, scanObject, [])
      expect(positive.detected).toBeLessThan(positive.planted)
    })
  })

  it('cover only shapes of the manifest', async () => {
    const decimal = makeIndex(['1234567890'])
    const { positive } = await runControls(decimal, scanObject, [])
    expect(positive.forms.every((form) => form.endsWith('/decimal'))).toBe(true)
    expect(positive.detected).toBe(positive.planted)
    const numbers = decimal.controls.filter(({ text }) => !text.startsWith('0')).length
    expect(numbers).toBeGreaterThan(0)
    expect(positive.planted).toBe(5 * 6 + 3 + 2 + 4 + formatNames.length * 4 + 2 * numbers)
  })

  const blind: { name: string; scan: ScanObject }[] = [
    { name: 'sees nothing', scan: deaf(() => false) },
    { name: 'does not see into gzip', scan: deaf(({ path }) => path[0] !== 'gzip') },
    { name: 'does not see into zstd', scan: deaf(({ path }) => path[0] !== 'zstd') },
    { name: 'does not see one identifier', scan: deaf(({ ordinal }) => ordinal !== index.controls[7]!.ordinal) },
    {
      name: 'takes the end of an escape for a part of the identifier',
      scan: (chunks, own, on, options) => {
        let text = ''
        const kept = (async function* () {
          for await (const chunk of chunks) {
            text += Buffer.from(chunk).toString('latin1')
            yield chunk
          }
        })()
        return scanObject(kept, own, (each) => (text[each.offset - 1] === 'n' ? undefined : on(each)), options)
      },
    },
    { name: 'does not see the beginning of a file', scan: deaf(({ offset }) => offset > 200) },
    { name: 'does not see what a file begins with', scan: deaf(({ offset }) => offset > 0) },
    {
      name: 'sees everything a byte too late',
      scan: (chunks, own, on, options) =>
        scanObject(chunks, own, (each) => on({ ...each, offset: each.offset + 1 }), options),
    },
    {
      name: 'counts records from 0',
      scan: (chunks, own, on, options) =>
        scanObject(chunks, own, (each) => on({ ...each, record: each.record - 1 }), options),
    },
    {
      name: 'reads only the first chunk',
      scan: (chunks, own, on, options) => scanObject(firstOf(chunks), own, on, options),
    },
    {
      name: 'finds all and does not read to the end',
      scan: async (...input) => ({ ...(await scanObject(...input)), complete: false }),
    },
  ]
  for (const { name, scan } of blind)
    it(`are missed by a scanner that ${name}`, async () => {
      const { positive } = await runControls(index, scan)
      expect(positive.planted).toBe(planted)
      expect(positive.detected).toBeLessThan(planted)
    })

  it('are missed all by a scanner that answers without looking', async () => {
    const scan: ScanObject = async () => ({
      ...{ bytes: 0, decodedBytes: 0, records: 0, sha256: '', complete: true, gaps: [], moreGaps: 0 },
    })
    expect((await runControls(index, scan)).positive).toMatchObject({ planted, detected: 0 })
  })

  it('raise a false alarm for a scanner that reports everything, or an identifier within a longer one', async () => {
    const everywhere: ScanObject = async (chunks, own, on, options) => {
      for (let offset = 0; offset < 3000; offset++) on({ ordinal: 0, record: 1, offset, path: [], content: 0 })
      return scanObject(chunks, own, on, options)
    }
    expect((await runControls(index, everywhere)).negative.falseAlarms).toBeGreaterThan(1000)
    const within: ScanObject = async (chunks, own, on, options) => {
      const pieces: Uint8Array[] = []
      for await (const chunk of chunks) pieces.push(chunk.slice())
      const text = Buffer.concat(pieces).toString('latin1')
      for (const { text: control, ordinal } of own.controls)
        for (let offset = text.indexOf(control); offset !== -1; offset = text.indexOf(control, offset + 1))
          on({ ordinal, record: 1, offset, path: [], content: 0 })
      return scanObject(replay(pieces), own, on, options)
    }
    expect((await runControls(index, within)).negative.falseAlarms).toBeGreaterThanOrEqual(healthy.negative.planted / 6)
  })

  it('take a subject that a sample happens to contain for what it is', async () => {
    const { positive, negative } = await runControls(makeIndex(['view', 'user', 'events', '2026']))
    expect(positive.detected).toBe(positive.planted)
    expect(negative.falseAlarms).toBe(0)
  })

  // Controls of short numbers have zeros in front of somebody's number, or stand behind zeros of an escape (`\u0027`); a year was one in the table of contents of a
  // dump; a few short names are shown at the edges of brotli as well.
  for (const { name, texts, seeds } of [
    { name: 'all numbers of three digits', texts: Array.from({ length: 900 }, (_, at) => `${at + 100}`), seeds: [0] },
    { name: 'a few short numbers', texts: ['1234', '862', '112', '27000'], seeds: [40, 50] },
    { name: 'two short numbers', texts: ['400', '431'], seeds: [2, 40] },
    { name: 'short names', texts: ['axp', 'aiep', 'aim4', 'avy2x'], seeds: [29, 35] },
  ])
    for (const seed of seeds)
      it(`raise no false alarm where a manifest has ${name} (${seed})`, async () => {
        const { positive, negative } = await runControls(makeIndex(texts, { seed: `${seed}` }))
        expect(negative.falseAlarms).toBe(0)
        expect(positive.detected).toBe(positive.planted)
      })
})

async function* firstOf(chunks: AsyncIterable<Uint8Array>) {
  for await (const chunk of chunks) {
    yield chunk
    return
  }
}

async function* replay(chunks: Uint8Array[]) {
  yield* chunks
}
