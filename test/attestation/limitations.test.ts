import { describe, expect, it } from 'vitest'
import {
  leftOutTexts,
  limitationsOf,
  limitationsOfRun,
  limitationsOfStore,
  placeUntold,
  waysOf,
} from '../../lib/attestation/limitations.ts'
import { hashedSummariesOf } from '../../lib/subject-index/hashed-forms.ts'

const restored = { pass: 0, tier: 'bulk', days: 7, asked: true, versions: 9, restored: 8 }

describe('what statements admit', () => {
  it('names the size of slices', () => {
    const told = limitationsOf({ containers: ['gzip'], forms: [], left: [], sliceBytes: 2 ** 30 }).join('\n')
    expect(told).toContain(
      'Text, Parquet, ORC, zip, and text in blocks of BGZF or frames of zstd, of more than 1073741824 bytes was scanned in slices',
    )
  })

  it('says one by one in which forms was looked for and in which was not', () => {
    const told = limitationsOf({ containers: ['gzip', 'tar'], forms: ['a', 'b'], left: ['c'], sliceBytes: 1 })
    expect(told).toContain(
      'Looked for in content were also identifiers that are a; b; and one of these inside of another.',
    )
    expect(told).toContain('Not looked for were identifiers that are c.')
  })

  it('says that numbers which lost zeros were not looked for, where some begin with zeros', () => {
    const of = { containers: ['gzip'], forms: [], left: [], sliceBytes: 1 }
    const told =
      'Identifiers that are numbers and begin with zeros were looked for with all of these, and not where they were lost.'
    expect(limitationsOf({ ...of, isPadded: true })).toContain(told)
    expect(limitationsOf(of)).not.toContain(told)
  })

  it('says that letters were not looked for in another case, where case counts', () => {
    const of = { containers: ['gzip'], forms: [], left: [], sliceBytes: 1 }
    const told = expect.stringMatching(/domains of e-mail addresses included, .* in the case in which the manifest has/)
    expect(limitationsOf({ ...of, isExact: true })).toContainEqual(told)
    expect(limitationsOf(of)).not.toContainEqual(told)
  })

  it('says which stores of the configuration were left out, as many as a text of a statement has room for', () => {
    expect(limitationsOfRun({ leftOut: ['sg', 'ie'] })).toEqual([
      'The configuration has stores that this run left out, and nothing is said about them: sg, ie.',
    ])
    const [many] = limitationsOfRun({ leftOut: Array.from({ length: 400 }, (_, n) => `${'s'.repeat(28)}-${n}`) })
    expect(many).toMatch(/-99 and others\.$/)
    expect(many!.length).toBeLessThan(10_000)
    expect(limitationsOfRun({ leftOut: [] })).toEqual([])
  })

  it('says which buckets are copied to that a run has no store of, and of which stores that was not told', () => {
    const copies = [
      { storeId: 'sg', elsewhere: ['a', 'b'], isUnknown: false },
      { storeId: 'ie', elsewhere: [], isUnknown: true },
      { storeId: 'jp', elsewhere: [], isUnknown: false },
    ]
    const told = limitationsOfRun({ leftOut: [], copies })
    expect(told).toEqual([
      'Rules copy objects to buckets of which this run has no store, and nothing is said about them: a (from sg), b (from sg).',
      'Whether rules copy objects to other buckets was not told. Of: ie.',
    ])
    expect(leftOutTexts(told)).toEqual(told)
    const buckets = Array.from({ length: 99 }, (_, n) => `${'b'.repeat(60)}${n}`)
    const [many] = limitationsOfRun({
      leftOut: [],
      copies: [{ storeId: 's'.repeat(63), elsewhere: buckets, isUnknown: false }],
    })
    expect(many).toMatch(/49 \(from s+\) and others\.$/)
    expect(many!.length).toBeLessThan(10_000)
    for (const each of copies) {
      const own = limitationsOfStore({
        isBucket: true,
        allTags: true,
        picturesMayBeClean: false,
        restores: [],
        copies: each,
      })
      expect([own.length, waysOf(own)]).toEqual([each.storeId === 'jp' ? 1 : 2, own.slice(0, 1)])
    }
  })

  it('says of a directory that its place is not said, which is no way of looking', () => {
    const told = limitationsOfStore({ isBucket: false, allTags: false, picturesMayBeClean: false, restores: [] })
    expect(told).toEqual([placeUntold])
    expect(waysOf(told)).toEqual([])
  })

  it('says that nobody looked at what pictures show, where that may be clean, as a way of looking', () => {
    for (const isBucket of [false, true]) {
      const told = limitationsOfStore({ isBucket, allTags: false, picturesMayBeClean: true, restores: [] })
      expect(waysOf(told)[0]).toMatch(/^What pictures show was not looked at: one counts as clean where /)
    }
  })

  it('says which digests were looked for, and that others were not', () => {
    const of = { containers: ['gzip'], forms: [], left: [], sliceBytes: 1 }
    const told = limitationsOf({ ...of, hashed: hashedSummariesOf(['hmac-sha256', 'md5', 'md5']) }).join('\n')
    expect(told).toContain(
      'Digests that stand for identifiers (md5, in hexadecimal digits or base64; sha256 as HMAC under a key, in hexadecimal digits or base64) were looked for',
    )
    expect(told).toContain('any other form (hashed otherwise or cut off, binary,')
    expect(limitationsOf(of).join('\n')).toContain('any other form (hashed, binary,')
    expect(told).not.toContain('Nothing showed')
    const summaries = hashedSummariesOf(['hmac-sha256', 'prefixed-md5'])
    expect(limitationsOf({ ...of, hashed: summaries, unproven: summaries })).toEqual(
      expect.arrayContaining([
        'Nothing showed that the salt of this is the one that was used: sha256 as HMAC under a key, in hexadecimal digits or base64.',
        'Nothing showed that the salt of this is the one that was used: md5 of a salt and them, in hexadecimal digits or base64.',
      ]),
    )
  })

  it('says of a bucket how its tags were read, and what was restored before each pass', () => {
    expect(limitationsOfStore({ isBucket: true, allTags: true, picturesMayBeClean: false, restores: [] })).toEqual([
      'The tags of every version were asked for.',
    ])
    const [tags, first, second, third] = limitationsOfStore({
      isBucket: true,
      allTags: false,
      picturesMayBeClean: false,
      restores: [
        restored,
        { ...restored, pass: 1, asked: false, restored: 0 },
        { ...restored, pass: 2, restored: undefined },
      ],
    })
    expect(tags).toMatch(/^Tags that the policy of the bucket hides .* were not looked at\.$/)
    expect(first).toMatch(/^Before pass 0, 8 of 9 archived versions were restored \(bulk, for 7 days\)/)
    expect(second).toMatch(/^Before pass 1, none of 9 archived versions was restored/)
    expect(third).toMatch(/^Before pass 2, restoring 9 archived versions \(bulk, for 7 days\) did not come to its end:/)
  })
})
