import { chmodSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DeletionLeg } from '../../lib/deletion/leg.ts'
import { linesOf, odv } from '../support/odv.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** A request as its custodian gets it: the one place where names that hold identifiers are opened. */

const subject = transferred(3)

async function requestIn(place: string): Promise<string> {
  writeFiles(place, {
    'ids.csv': manifestText,
    [`sg/${subject}/photo.jsonl`]: jsonRecords(numbers(4).map(somebodyElse)),
    'sg/other.jsonl': jsonRecords(numbers(4).map(somebodyElse)),
  })
  const run = await odv(place, 'run', '--json', '--manifest', 'ids.csv', '--store', 'sg=sg')
  expect(run.code, run.stderr).toBe(1)
  return String(linesOf(run, 'request')[0]!.request)
}

describe('odv request', () => {
  it('gives exact names into a file that only its owner reads, and none to the terminal', async () => {
    const place = scratchDirectory()
    const request = await requestIn(place)
    const given = await odv(place, 'request', request, '--out', 'request.jsonl')
    expect(given.code, given.stderr).toBe(0)
    expect(`${given.stdout}${given.stderr}`).not.toContain(subject)
    const [head, ...versions] = readFileSync(join(place, 'request.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(head).toMatchObject({ requestId: request, versions: 1 })
    expect(Object.keys(head!)[0]).toBe('about')
    expect(head!.about).toMatch(/^Deletion request about the store sg\. Each line below /)
    expect(head!.about).toMatch(
      /take their records out .* leave everything else .* as a whole only where it holds records of nobody else/,
    )
    for (const name of Object.keys(versions[0]!).filter((name) => name !== 'kind'))
      expect(head!.about).toContain(`"${name}"`)
    expect(versions.map(({ key }) => key)).toEqual([`${subject}/photo.jsonl`])
    expect(statSync(join(place, 'request.jsonl')).mode & 0o777).toBe(0o600)

    const again = await odv(place, 'request', request, '--out', 'request.jsonl')
    expect([again.code, again.stderr]).toEqual([64, expect.stringContaining('expected a new file')])
    const unknown = await odv(place, 'request', 'nothing', '--out', 'other.jsonl')
    expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringContaining('expected a request')])
  })

  it('says of each object version that the built-in executor kept why it did', async () => {
    const place = scratchDirectory()
    writeFiles(place, {
      'ids.csv': manifestText,
      'ie/theirs.jsonl': jsonRecords([subject]),
      'ie/mixed.jsonl': jsonRecords([subject, somebodyElse(1)]),
      'ie/text.txt': `about ${subject}`,
      'odv.json': JSON.stringify({
        organization: 'example.com',
        homeCountry: 'US',
        manifest: 'ids.csv',
        identifierCase: 'exact',
        stores: [{ id: 'ie', root: 'ie', country: 'IE', channel: { kind: 'delete-files', owner: 'user_id' } }],
      }),
    })
    const run = await odv(place, 'run', '--json')
    expect(run.code, run.stderr).toBe(1)
    const given = await odv(place, 'request', String(linesOf(run, 'request')[0]!.request), '--out', 'request.jsonl')
    expect(given.code, given.stderr).toBe(0)
    const [, ...versions] = readFileSync(join(place, 'request.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(Object.fromEntries(versions.map(({ key, kept }) => [key, kept]))).toEqual({
      'mixed.jsonl': 'it holds a record of somebody who is not in the transfer manifest',
      'text.txt': 'it is neither JSON Lines nor CSV with a header that names the owner exactly once',
      'theirs.jsonl': undefined,
    })
    expect(given.stdout).not.toContain('kept as well')
    const [, runId] = /^(.*)-ie-0$/.exec(String(linesOf(run, 'request')[0]!.request))!
    expect((await odv(place, 'status', runId!)).stdout).toMatch(/request \S+: answered \d/)

    // As a version of this program wrote it that named none.
    const [leg] = globSync('.odv/evidence/runs/*/stores/ie/pass-0/deletion-legs/*.json', { cwd: place })
    const written = JSON.parse(readFileSync(join(place, leg!), 'utf8')) as DeletionLeg
    chmodSync(join(place, leg!), 0o600)
    writeFileSync(
      join(place, leg!),
      JSON.stringify({ ...written, kept: written.kept.map(({ seqs, ...each }) => each) }),
    )
    const older = await odv(place, 'request', String(linesOf(run, 'request')[0]!.request), '--out', 'older.jsonl')
    expect([older.code, older.stdout]).toEqual([0, expect.stringContaining('kept as well: 2 object versions')])
  })

  it('belongs to a run that says it is attested only when its summary is under a checkpoint', async () => {
    const place = scratchDirectory()
    await requestIn(place)
    const good = await odv(place, 'run', '--json', '--manifest', 'ids.csv', '--store', 'sg=sg')
    expect(linesOf(good, 'summary')).toMatchObject([{ attested: true }])
    chmodSync(join(place, '.odv/keys/attestation-p256.pem'), 0o644)
    const bad = await odv(place, 'run', '--json', '--manifest', 'ids.csv', '--store', 'sg=sg')
    expect(bad.code).toBe(64)
    expect(linesOf(bad, 'summary')).toMatchObject([{ attested: false }])
    expect(bad.stderr).toContain('NOT ATTESTED')
  })
})
