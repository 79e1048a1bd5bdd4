import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GateBlind } from '../../lib/errors.ts'
import { gateForms } from '../../lib/export/leak-gate/gate-document.ts'
import { prepareViews } from '../../lib/export/leak-gate/prepare-views.ts'
import { searchViews } from '../../lib/export/leak-gate/search-views.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { sampleCaseKey, sampleIndex } from '../support/sample-index.ts'

/** What a bundle is searched in is made once for all indexes, and every index is looked for in the same bytes. */

const indexOf = (text: string) => openSubjectIndex(sampleIndex([text]), caseKeysOf(sampleCaseKey))
const filler = Buffer.from(':'.repeat(300 * 1024))
const ids = ['803915702', '803915709', '803915716']
/** More than one chunk, with an identifier at the beginning, in the middle and at the end. */
const views = [
  { path: 'a', bytes: Buffer.from(`\nuser ${ids[0]}\n`) },
  { path: 'b', bytes: filler },
  { path: 'c', part: 'payload', bytes: Buffer.from(`x ${ids[1]}`) },
  { path: 'd', bytes: filler },
  { path: 'e', bytes: Buffer.from(`${ids[2]}`) },
]
const digestOf = (chunks: Iterable<Uint8Array>) => hash('sha256', Buffer.concat([...chunks]), 'hex')

describe('parts of a bundle that are searched for several indexes', () => {
  it('are made once, and what is found of each index and where is what a search of its own finds', async () => {
    let made = 0
    const prepared = prepareViews(function* () {
      made++
      yield* views
    }, 'often')
    for (const [n, id] of ids.entries()) {
      const index = indexOf(id)
      const found = await searchViews(prepared, index, gateForms)
      const alone = await searchViews(
        prepareViews(() => views, 'once'),
        index,
        gateForms,
      )
      expect(found).toEqual(alone)
      expect(found.hits).toMatchObject([{ path: ['a', 'c', 'e'][n], record: n === 0 ? 2 : 1 }])
    }
    expect(made).toBe(1)
  })

  it('are the same bytes and places every time, however they are cut', () => {
    const text = fc.array(fc.constantFrom(':', 'a', '\n', '7', 'é'), { maxLength: 20 })
    const some = fc.array(fc.tuple(fc.constantFrom(1, 30_000), text), { maxLength: 6 })
    fc.assert(
      fc.property(some, (parts) => {
        const made = parts.map(([times, signs], n) => ({
          path: String(n),
          bytes: Buffer.from(signs.join('').repeat(times)),
        }))
        const often = prepareViews(() => made, 'often')
        const [first, places] = [digestOf(often.chunks()), [...often.places]]
        expect([digestOf(often.chunks()), often.places]).toEqual([first, places])
        const once = prepareViews(() => made, 'once')
        expect([digestOf(once.chunks()), once.places]).toEqual([first, places])
        const whole = `text\n${made.map(({ bytes }) => `${bytes}\n`).join('')}`
        expect(first).toBe(hash('sha256', whole, 'hex'))
      }),
      { numRuns: 30 },
    )
  })

  it('are made again when the first reader did not come to their end', () => {
    const prepared = prepareViews(() => views, 'often')
    for (const _ of prepared.chunks()) break
    expect(digestOf(prepared.chunks())).toBe(digestOf(prepareViews(() => views, 'once').chunks()))
  })

  it('are refused when they are others for the next index', async () => {
    let more = 3
    const prepared = prepareViews(() => views.slice(0, more++), 'once')
    const index = indexOf('802000000')
    await searchViews(prepared, index, gateForms)
    await expect(searchViews(prepared, index, gateForms)).rejects.toBeInstanceOf(GateBlind)
  })
})
