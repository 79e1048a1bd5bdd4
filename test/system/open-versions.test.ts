import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { linesOf, odv } from '../support/odv.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** All that keeps stores from being verified, by exact name: who has to do something about a file has to find it. */

const subject = transferred(3)
const theirs = jsonRecords(numbers(4).map(somebodyElse))
const cutOff = gzipSync(theirs).subarray(0, -9)

async function runIn(place: string, cut = 3): Promise<string> {
  writeFiles(place, {
    'ids.csv': manifestText,
    'sg/others.jsonl': theirs,
    [`sg/app-${subject}.gz`]: cutOff,
    'sg/found.jsonl': jsonRecords([subject, subject]),
    'ie/others.jsonl': theirs,
    ...Object.fromEntries(numbers(cut).map((n) => [`ie/cut-${String(n).padStart(4, '0')}.gz`, cutOff])),
  })
  const run = await odv(place, 'run', '--json', '--manifest', 'ids.csv', '--store', 'sg=sg', '--store', 'ie=ie')
  expect(run.code, run.stderr).toBe(1)
  return String(linesOf(run, 'summary')[0]!.run)
}

const read = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('odv status RUN --out', () => {
  it('names all that is not clean, beyond what a report lists, in a file that only its owner reads', async () => {
    const place = scratchDirectory()
    const run = await runIn(place, 1100)
    const given = await odv(place, 'status', run, '--out', 'open.jsonl', '--json')
    expect(given.code, given.stderr).toBe(0)
    expect(`${given.stdout}${given.stderr}`).not.toContain(subject)
    expect(linesOf(given, 'open')).toMatchObject([{ run, found: 2, unverified: 1100 }])
    expect(statSync(join(place, 'open.jsonl')).mode & 0o777).toBe(0o600)

    const open = read(join(place, 'open.jsonl'))
    const inStore = (id: string) => open.filter(({ store }) => store === id)
    expect(inStore('ie').map(({ key }) => key)).toEqual(
      numbers(1100).map((n) => `cut-${String(n).padStart(4, '0')}.gz`),
    )
    expect(inStore('ie')[0]).toMatchObject({ outcome: 'unverified', reason: 'truncated', size: cutOff.length, pass: 0 })
    // Its name is a finding, and its content was not read to the end.
    expect(inStore('sg')).toMatchObject([
      { key: `app-${subject}.gz`, outcome: 'found', reason: 'truncated', findings: 1 },
      { key: 'found.jsonl', outcome: 'found', findings: 2 },
    ])
  })

  it('refuses reports that came after they were settled, and leaves no file', async () => {
    const place = scratchDirectory()
    const run = await runIn(place)
    const [report] = globSync(join(place, '.odv/evidence/runs/*/stores/sg/pass-0/batches/*.jsonl'))
    writeFileSync(report!, readFileSync(report!, 'utf8').replace('"reason":"truncated"', '"reason":"corrupt"'))
    const given = await odv(place, 'status', run, '--out', 'open.jsonl')
    expect([given.code, given.stderr]).toEqual([70, expect.stringContaining('expected the outcomes that were settled')])
    expect(globSync(join(place, 'open.jsonl'))).toEqual([])
  })

  it('says what it wants', async () => {
    const place = scratchDirectory()
    const run = await runIn(place)
    for (const [args, why] of [
      [['status', '--out', 'open.jsonl'], 'expected a run with --out FILE'],
      [['status', 'nothing', '--out', 'open.jsonl'], 'run nothing: expected a run'],
      [['status', run, '--out', 'ids.csv'], 'expected a new file'],
    ] as const) {
      const refused = await odv(place, ...args)
      expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining(why)])
    }
    const shown = await odv(place, 'status', run)
    expect(shown.stdout).toMatch(
      new RegExp(`all that is not clean, with exact names: .* status ${run} --out open.jsonl`),
    )
  })
})
