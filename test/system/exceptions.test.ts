import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../lib/config.ts'
import { unverifiedReasons } from '../../lib/decode/unverified.ts'
import { ConfigInvalid } from '../../lib/errors.ts'
import { writePng } from '../../lib/scan/controls/samples/picture-samples.ts'
import { statementsOf, withState } from '../support/attested.ts'
import { type Ended, linesOf, odv, pinsOf } from '../support/odv.ts'
import { configText, jsonRecords, manifestText, numbers, somebodyElse, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** What is known not to be readable, from the configuration to the filing; it is incomplete all the same. */

const records = jsonRecords(numbers(30).map(somebodyElse))
const picture = writePng(Buffer.alloc(0))
const pdf = '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n'

const files = {
  'goods/1.png': picture,
  'goods/2.png': picture,
  'terms.pdf': pdf,
  'old.pgp.bin': Buffer.from(numbers(300).map((n) => (n * n * 151 + n) % 256)),
  'cut.jsonl.gz': gzipSync(records).subarray(0, -9),
  'records.jsonl': records,
}
const approved = { detail: 'pictures of goods', plan: 'deleted with the shop', approvedBy: 'Jane Roe, counsel' }
const exceptions = [
  { reason: 'picture', suffix: '.png', until: '9999-12-31', ...approved },
  { reason: 'unsupported-format', until: '2020-01-31', ...approved, detail: 'contracts', plan: 'converted to text' },
  { reason: 'archived', until: '9999-12-31', ...approved, detail: 'nothing is archived here' },
]
const config = {
  homeCountry: 'US',
  manifest: 'ids.csv',
  stores: [
    { id: 'sg', root: 'sg', country: 'SG', exceptions },
    { id: 'clean', root: 'clean', country: 'SG', exceptions },
  ],
}

describe('a run with approved exceptions', () => {
  const place = scratchDirectory()
  let run: Ended
  beforeAll(async () => {
    writeFiles(join(place, 'sg'), files)
    writeFiles(join(place, 'clean'), { 'records.jsonl': records })
    writeFileSync(join(place, 'ids.csv'), manifestText)
    writeFileSync(join(place, 'odv.json'), configText(config))
    run = await odv(place, 'run', '--json')
  })

  it('ends as one without them, and says how much is explained and how much is not', () => {
    expect(run.code, run.stderr).toBe(2)
    const [sg, clean] = linesOf(run, 'verdict')
    expect(sg).toMatchObject({ store: 'sg', verdict: 'incomplete', explained: 2, unexplained: 3 })
    expect(sg!.reasons).toEqual(
      expect.arrayContaining(['picture: 2 object versions', 'unsupported-format: 1 object version']),
    )
    expect(sg!.exceptions).toMatchObject([
      { versions: 2, bytes: 2 * picture.length, expired: false, ...approved },
      { versions: 1, bytes: pdf.length, expired: true, plan: 'converted to text' },
      { versions: 0, bytes: 0, expired: false },
    ])
    expect(clean).toMatchObject({ store: 'clean', verdict: 'verified', explained: 0, unexplained: 0 })
    expect(linesOf(run, 'pass')[0]).toMatchObject({ unverified: expect.any(Number), explained: expect.any(Number) })
  })

  it('says when it begins which ones have expired', () => {
    expect(run.stderr).toContain(
      'store sg: the exception for unsupported-format expired on 2020-01-31 and explains nothing',
    )
    expect(run.stderr).not.toContain('.png')
  })

  it('is told by odv status, to people and to machines', async () => {
    const runId = linesOf(run, 'run')[0]!.run as string
    const status = await odv(place, 'status', runId)
    expect(status.stdout).toContain(
      'of 5 unverified object versions approved exceptions explain 2, and 3 are not explained',
    )
    expect(status.stdout).toContain(
      'explained until 9999-12-31: picture of ".png": 2 object versions: pictures of goods (plan: deleted with the shop; approved by Jane Roe, counsel)',
    )
    expect(status.stdout).toContain('expired on 2020-01-31: unsupported-format: 1 object version')
    const json = await odv(place, 'status', runId, '--json')
    expect(linesOf(json, 'exceptions')).toMatchObject([
      { store: 'sg', explained: 2, unexplained: 3 },
      { store: 'clean', explained: 0, unexplained: 0 },
    ])
  })

  it('signs them, and not for a store in which they are about nothing', async () => {
    const said = (await withState(join(place, '.odv'), statementsOf)).flatMap(({ predicate }) =>
      predicate.phase === 'verification' ? [[predicate.storeId, predicate.exceptions]] : [],
    )
    const until = '9999-12-31T23:59:59.999Z'
    const code = 'unsupported-format'
    expect(Object.fromEntries(said)).toEqual({
      sg: [
        { code: 'picture', suffix: '.png', versions: 2, bytes: 2 * picture.length, ...approved, until },
        {
          ...{ code, versions: 1, bytes: pdf.length, ...approved, detail: 'contracts', plan: 'converted to text' },
          ...{ until: '2020-01-31T23:59:59.999Z', expired: true },
        },
      ],
      clean: undefined,
    })
  })

  it('exports them, and the bundle holds', async () => {
    const exported = await odv(place, 'export', '--out', 'bundle')
    expect(exported.code, exported.stderr).toBe(0)
    expect((await odv(place, 'verify', 'bundle', ...(await pinsOf(place)))).code).toBe(0)
    const read = (name: string) => readFileSync(join(place, 'bundle', name), 'utf8')
    const rows = parse(read('exceptions.csv'), { columns: true }) as Record<string, string>[]
    expect(rows.filter(({ kind }) => kind!.endsWith(' exception'))).toMatchObject([
      { kind: 'approved exception', versions: '2', plan: approved.plan, 'keys that end in': '.png' },
      { kind: 'expired exception', versions: '1', 'approved by': approved.approvedBy, detail: 'contracts' },
    ])
    expect(parse(read('stores.csv'), { columns: true })).toMatchObject([
      { store: 'sg', verdict: 'incomplete', 'unverified versions': '5', 'explained versions': '2' },
      { store: 'clean', verdict: 'verified', 'unverified versions': '0', 'explained versions': '0' },
    ])
    expect(read('report.html')).toContain(
      `Approved exceptions explain 2 object versions (${2 * picture.length} bytes) of these; 3 object versions`,
    )
    for (const text of ['pictures of goods', 'converted to text', 'Jane Roe, counsel', '<b>expired</b>'])
      expect(read('report.html')).toContain(text)
  })
})

describe('exceptions in a configuration', () => {
  const wide = { reason: 'unsupported-format', until: '9999-12-31', ...approved }
  const valid = { ...wide, suffix: '.png' }
  const refusal = (...given: object[]) => {
    try {
      parseConfig({ stores: [{ id: 'sg', root: '/x', exceptions: given }] })
      return 'accepted'
    } catch (error) {
      return error instanceof ConfigInvalid ? error.message : error
    }
  }

  it.each([
    ['a reason that there is not', { reason: 'photo' }, unverifiedReasons.map((each) => `"${each}"`).join(' or ')],
    [
      'a day that there is not',
      { until: '2027-02-30' },
      'stores.0.exceptions.0.until: expected a day as in "2027-03-31"',
    ],
    ['a time', { until: '2027-02-03T00:00:00Z' }, 'expected a day as in "2027-03-31"'],
    ['nobody who approved it', { approvedBy: '' }, 'stores.0.exceptions.0.approvedBy: expected some text'],
    ['no plan', { plan: undefined }, 'stores.0.exceptions.0.plan: expected a string'],
    ['an empty suffix', { suffix: '' }, 'stores.0.exceptions.0.suffix: expected some text'],
    ['a verdict', { verdict: 'verified' }, 'expected no "verdict", which is not known here'],
  ])('are refused with %s', (_, change, message) => {
    expect(refusal({ ...valid, ...change })).toContain(message)
  })

  it('are refused where one can never be the first that fits', () => {
    const behind = 'expected it before exceptions.0, or that one changed, since the first that fits counts'
    expect(refusal(wide, valid)).toContain(`store sg: exceptions.1: ${behind}`)
    expect(refusal(valid, valid)).toContain(behind)
    expect(refusal(valid, { ...valid, suffix: 'a.png' })).toContain(behind)
    expect(refusal({ ...valid, suffix: 'a.png' }, valid, wide)).toBe('accepted')
    expect(refusal(valid, { ...wide, reason: 'archived' })).toBe('accepted')
  })
})
