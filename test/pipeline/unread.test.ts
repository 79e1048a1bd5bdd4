import { describe, expect, it } from 'vitest'
import { decodeObject } from '../../lib/decode/decode-object.ts'
import { toUnread } from '../../lib/pipeline/reading/read-context.ts'
import { tarOf } from '../decode/archive/tar-writer.ts'
import { inPieces } from '../decode/collect.ts'

const gap = (member: number, reason: 'not-text' | 'encrypted' = 'not-text') => ({
  reason,
  path: ['tar', `member-${member}`],
  offset: member,
  detail: 'why',
})

describe('the reason of an outcome', () => {
  for (const { name, gaps, more, detail } of [
    { name: 'one gap', gaps: [gap(1)], more: 0, detail: 'tar in member-1, byte 1: why' },
    {
      name: 'several gaps, each other reason by its word',
      gaps: [gap(1), gap(2, 'encrypted'), gap(3)],
      more: 0,
      detail: 'tar in member-1, byte 1: why; encrypted: tar in member-2, byte 2: why; tar in member-3, byte 3: why',
    },
    {
      name: 'five gaps and how many there are beside them',
      gaps: [1, 2, 3, 4, 5, 6, 7].map((member) => gap(member)),
      more: 1000,
      detail: `${[1, 2, 3, 4, 5].map((n) => `tar in member-${n}, byte ${n}: why`).join('; ')}; and 1002 more`,
    },
  ])
    it(`names ${name}`, () => {
      expect(toUnread(gaps, more)).toEqual({ reason: 'not-text', detail })
    })

  it('counts all members of an archive that were not read, however many there are', async () => {
    const members = Array.from({ length: 107 }, (_, at) => ({ name: `${at}`, data: Buffer.from([0, 1, 2, at]) }))
    const reading = await decodeObject(inPieces(tarOf(...members), [1e6]), () => ({ write() {}, end() {} }))
    const { detail } = toUnread(reading.gaps, reading.moreGaps)
    expect(detail).toMatch(/^tar in member-1, .*; tar in member-5, [^;]*; and 102 more$/)
  })
})
