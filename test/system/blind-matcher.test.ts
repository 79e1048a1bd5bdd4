import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type * as matching from '../../lib/scan/forms/form-matcher.ts'
import type { FormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import type { Occurrence } from '../../lib/scan/occurrence.ts'
import type { SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** A scanner that does not see what it should. The planted controls are what tells. */

type CreateMatcher = (...args: [index: SubjectIndex, onOccurrence: (occurrence: Occurrence) => void]) => FormMatcher
const eyes = vi.hoisted(() => ({ blind: (create: CreateMatcher): CreateMatcher => create }))

vi.mock('../../lib/scan/forms/form-matcher.ts', async (original) => {
  const real = await original<typeof matching>()
  const createFormMatcher: typeof matching.createFormMatcher = (index, names, onOccurrence, options) =>
    eyes.blind((own, report) => real.createFormMatcher(own, names, report, options))(index, onOccurrence)
  return { ...real, createFormMatcher }
})

const files = {
  'a.jsonl': jsonRecords(numbers(30).map(somebodyElse)),
  // What a scanner that sees would find.
  'b.jsonl': jsonRecords(numbers(10).map(transferred)),
}

const openSample = () => openStore()

async function runWith(blind: typeof eyes.blind, stored: Record<string, string | Buffer> = files) {
  eyes.blind = blind
  const place = await openSample()
  writeFiles(join(place.root, 'store'), stored)
  return place.run()
}

describe('a scanner', () => {
  beforeEach(() => {
    eyes.blind = (create) => create
  })

  it('that sees finds what is there', async () => {
    expect((await runWith((create) => create)).store).toBe('residual')
  })

  it('that finds the planted controls and nobody else is contradicted by another reading', async () => {
    const ended = await runWith(
      (create) => (index, onOccurrence) =>
        create(index, (each) => (index.isControl(each.ordinal) ? onOccurrence(each) : undefined)),
      { 'a.jsonl': files['b.jsonl'], 'b.jsonl': files['b.jsonl'] },
    )
    const { clean, unverified, positiveControls, secondOpinion } = (await ended.coverage(0))!
    expect(positiveControls.detected).toBe(positiveControls.planted)
    expect(secondOpinion.mismatches).toBeGreaterThan(0)
    expect(clean.versions).toBe(0)
    expect(unverified.map(({ reason }) => reason)).toEqual(['second-opinion'])
    expect(ended.store).toBe('incomplete')
    expect(ended.why).toMatch(/second opinion: disagrees about/)
  })

  const blindness: Record<string, typeof eyes.blind> = {
    'never finds anything': (create) => (index) => create(index, () => {}),
    'finds nothing in the first record': (create) => (index, onOccurrence) =>
      create(index, (each) => (each.record === 1 ? undefined : onOccurrence(each))),
    'finds nothing in even places': (create) => (index, onOccurrence) =>
      create(index, (each) => (each.offset % 2 === 0 ? undefined : onOccurrence(each))),
    'finds each subject once and never again': (create) => (index, onOccurrence) => {
      const seen = new Set<number>()
      return create(index, (each) => {
        if (!seen.has(each.ordinal)) onOccurrence(each)
        seen.add(each.ordinal)
      })
    },
    'looks at the beginning of a content only': (create) => (index, onOccurrence) => {
      const matcher = create(index, onOccurrence)
      let written = false
      return {
        ...matcher,
        write(bytes) {
          const first = !written
          written = true
          return first ? matcher.write(bytes) : undefined
        },
      }
    },
    'does not look at what stands last': (create) => (index, onOccurrence) => {
      const matcher = create(index, onOccurrence)
      return { ...matcher, end: () => undefined }
    },
  }
  for (const [what, blind] of Object.entries(blindness))
    it(`that ${what} makes the run void`, async () => {
      const ended = await runWith(blind)
      const { clean, positiveControls } = (await ended.coverage(0))!
      expect(ended.store).not.toBe('verified')
      expect(clean.versions).toBe(0)
      expect(positiveControls.detected).toBeLessThan(positiveControls.planted)
      expect(ended.why).toContain('positive controls: ')
    })

  it('that sees what is not there makes the run void', async () => {
    const ended = await runWith((create) => (index, onOccurrence) => {
      const matcher = create(index, onOccurrence)
      return {
        ...matcher,
        end() {
          onOccurrence({ ordinal: 0, offset: 3, record: 1 })
          return matcher.end()
        },
      }
    })
    expect(ended.store).not.toBe('verified')
    expect(ended.why).toContain('negative controls: ')
  })
})
