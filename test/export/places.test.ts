import { describe, expect, it } from 'vitest'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { oneUnverified, sampleKeys, sampleLog, sampleRun } from '../support/sample-bundle.ts'

const found = { place: 'content' as const, path: ['zip', 'member-3', 'xml', 'text'], record: 7, offset: 41 }
const places = [{ ...found, where: { sheet: 2, cell: 'C17' } }]

/** The bundle of a run in which a store report lists a place. */
function bundleWith(change: object): ReadonlyMap<string, Uint8Array> {
  const log = sampleLog(sampleKeys())
  const open = [{ ...oneUnverified.open[0]!, findings: 5, places, ...change }]
  sampleRun(log, { models: { ie: { open } } })
  log.checkpoint()
  return log.bundle()
}

describe('the first places of an open version', () => {
  it('are in words in the report and in its table, with how many there are beyond', () => {
    const files = bundleWith({})
    const text = (path: string) => Buffer.from(files.get(path)!).toString('utf8')
    expect(verifyBundle(files).runs).toHaveLength(1)
    const words = 'member 3, sheet 2, cell C17, byte 41'
    expect(text('report.html')).toContain(`<td>${words}; and 4 more</td>`)
    expect(text('exceptions.csv')).toContain(`,"${words}",,,\r\n`)
  })

  it.each([
    ['a name with a digit', [{ ...found, where: { column: 1, columnName: 'user7' } }]],
    ['a field with something else than names and numbers', [{ ...found, where: { field: 'a b' } }]],
    ['a container that is a sentence', [{ ...found, path: ['a b'] }]],
    ['more of them than are listed', Array(4).fill(found)],
    ['none of them', []],
    ['what no place has', [{ ...found, tag: 'ab' }]],
  ])('are refused with %s', (_what, changed) => {
    expect(() => verifyBundle(bundleWith({ places: changed }))).toThrow('store report')
  })
})
