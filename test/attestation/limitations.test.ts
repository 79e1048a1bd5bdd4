import { describe, expect, it } from 'vitest'
import { limitationsOf, limitationsOfStore } from '../../lib/attestation/limitations.ts'

const restored = { pass: 0, tier: 'bulk', days: 7, asked: true, versions: 9, restored: 8 }

describe('what statements admit', () => {
  it('names the size of slices', () => {
    const told = limitationsOf({ containers: ['gzip'], forms: [], left: [], sliceBytes: 2 ** 30 }).join('\n')
    expect(told).toContain(
      'Text, Parquet, ORC, and text in blocks of BGZF or frames of pzstd, of more than 1073741824 bytes was scanned in slices',
    )
  })

  it('says of a bucket how its tags were read, and what was restored before each pass', () => {
    expect(limitationsOfStore({ isBucket: true, allTags: true, restores: [] })).toEqual([
      'The tags of every version were asked for.',
    ])
    const [tags, first, second] = limitationsOfStore({
      isBucket: true,
      allTags: false,
      restores: [restored, { ...restored, pass: 1, asked: false, restored: 0 }],
    })
    expect(tags).toMatch(/^Tags that the policy of the bucket hides .* were not looked at\.$/)
    expect(first).toMatch(/^Before pass 0, 8 of 9 archived versions were restored \(bulk, for 7 days\)/)
    expect(second).toMatch(/^Before pass 1, none of 9 archived versions was restored/)
  })

  it('says nothing of the kind about a directory', () => {
    expect(limitationsOfStore({ isBucket: false, allTags: false, restores: [] })).toEqual([])
  })
})
