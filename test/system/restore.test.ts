import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dryRun } from '../../lib/cli/commands/dry-run.ts'
import type { Terminal } from '../../lib/cli/terminal.ts'
import { parseConfig } from '../../lib/config.ts'
import { ServiceRefused } from '../../lib/errors.ts'
import type { Archived } from '../../lib/inventory/object-version.ts'
import type { Ports } from '../../lib/ports.ts'
import { archiveStore, type Kept } from '../support/archive.ts'
import { statementsOf, withState } from '../support/attested.ts'
import { openPlace } from '../support/pipeline.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const restore = { tier: 'standard', days: 3, wait: '1d', maxUsd: 1 }
const frozen: { archived: Archived } = { archived: { class: 'GLACIER', restored: false } }
const theirs = jsonRecords(numbers(20).map(somebodyElse))

/** Two versions of which one is archived. */
const kept = (archivedBody = theirs): Kept[] => [
  { key: 'a.jsonl', body: theirs },
  { key: 'b.jsonl', body: archivedBody, ...frozen },
]

/** A run over a store in memory, in a time that only waiting moves. */
async function verify(
  versions: readonly Kept[],
  { s3 = { restore } as object, rounds = 0, fails = false }: { s3?: object; rounds?: number; fails?: boolean } = {},
) {
  const { store, asked } = archiveStore(versions, { rounds })
  if (fails) store.restores!.look = () => Promise.reject(new ServiceRefused('store sg: look'))
  const place = await openPlace(() => ({
    stores: [{ id: 'sg', country: 'SG', s3: { bucket: 'bucket', region: 'ap-southeast-1', ...s3 } }],
  }))
  let time = Date.now()
  const now = () => new Date(time)
  const began = time
  const calls: string[] = []
  const run = await place.run({
    time: {
      now,
      async sleep(ms) {
        time += ms
      },
    },
    wrap: (ports: Ports): Ports =>
      Object.create(ports, { clock: { value: now }, stores: { value: { open: async () => store } } }),
    before: ({ task }) => void calls.push(task),
  })
  const statements = await withState(place.paths.root, statementsOf)
  /** What the statements about the store admit of restores, by phase. */
  const admitted = Object.fromEntries(
    statements.map(({ predicate: { phase, limitations } }) => [
      phase,
      limitations.filter((each) => /archived versions/.test(each)),
    ]),
  )
  return { ...run, asked, calls, waited: time - began, admitted }
}

describe('an archived version', () => {
  it('ends as archived when nobody wants it restored, and nothing is asked for', async () => {
    const { store, why, asked, calls } = await verify(kept(), { s3: {} })
    expect([store, why]).toEqual(['incomplete', 'archived: 1 object version'])
    expect(asked.begun).toEqual([])
    expect(calls).not.toContain('restore-archived')
  })

  it('is read once its copy is there: verified', async () => {
    const { store, why, asked, coverage, admitted } = await verify(kept(), { rounds: 2 })
    const told = [
      expect.stringMatching(/^Before pass 0, 1 of 1 archived versions were restored \(standard, for 3 days\)/),
    ]
    expect(admitted).toEqual({ scope: [], scan: told, verification: told, 'run-summary': [] })
    expect([store, why]).toEqual(['verified', ''])
    expect(asked.begun).toEqual(['b.jsonl'])
    expect(asked.looked.length).toBe(3)
    expect((await coverage(0))?.clean.versions).toBe(2)
  })

  it('is read in its copy also where looking after copies failed, and no statement says of how many there was none', async () => {
    const { store, admitted, coverage } = await verify(kept(), { fails: true })
    const told = [expect.stringMatching(/^Before pass 0, restoring 1 archived versions .* did not come to its end:/)]
    expect(admitted).toEqual({ scope: [], scan: told, verification: told, 'run-summary': [] })
    expect([store, (await coverage(0))?.clean.versions]).toEqual(['verified', 2])
  })

  it('that holds what is sought is found in its copy: residual', async () => {
    const { store, why } = await verify(kept(jsonRecords([transferred(1)])))
    expect([store, why]).toEqual(['residual', 'found: 1 finding of 1 subject in 1 object version'])
  })

  it('ends as archived when the wait ends before its copy is there', async () => {
    const { store, why, waited, asked } = await verify(kept(), { rounds: 1000 })
    expect([store, why]).toEqual(['incomplete', 'archived: 1 object version'])
    expect(waited).toBe(86_400_000)
    expect(asked.begun).toEqual(['b.jsonl'])
  })

  it('ends as archived when it is too dear', async () => {
    const { store, why, waited, asked, admitted } = await verify(kept(), { s3: { restore: { ...restore, maxUsd: 0 } } })
    expect(admitted.verification).toEqual([expect.stringMatching(/^Before pass 0, none of 1 archived versions was/)])
    expect([store, why]).toEqual(['incomplete', 'archived: 1 object version'])
    expect([waited, asked.begun]).toEqual([0, []])
  })

  it('whose copy is there already is read without a restore', async () => {
    const versions: Kept[] = [{ key: 'b.jsonl', body: theirs, archived: { class: 'GLACIER', restored: true } }]
    const { store, asked, calls } = await verify(versions)
    expect([store, asked.begun]).toEqual(['verified', []])
    expect(calls).not.toContain('restore-archived')
  })
})

describe('a dry run', () => {
  const gigabytes = (name: 'GLACIER' | 'DEEP_ARCHIVE', restored = false): Kept => ({
    key: `${name} ${restored}`,
    body: '',
    size: 100e9,
    archived: { class: name, restored },
  })

  async function foresee(s3: object) {
    const lines: string[] = []
    const emitted: object[] = []
    const terminal = {
      print: (line = '') => void lines.push(line),
      emit: (line: object) => void emitted.push(line),
      progress() {},
    } as unknown as Terminal
    const { store, asked } = archiveStore([gigabytes('GLACIER'), gigabytes('DEEP_ARCHIVE'), gigabytes('GLACIER', true)])
    const manifest = join(scratchDirectory(), 'ids.csv')
    writeFileSync(manifest, manifestText)
    const config = parseConfig({
      manifest,
      stores: [{ id: 'sg', s3: { bucket: 'bucket', region: 'ap-southeast-1', ...s3 } }],
    })
    await dryRun(config, terminal, { open: async () => store })
    expect(asked).toMatchObject({ begun: [], looked: [] })
    return { lines: lines.filter((line) => /archived|tier/.test(line)).map((line) => line.trim()), emitted }
  }

  it('says what is archived, and that it will not be read', async () => {
    const { lines, emitted } = await foresee({})
    expect(lines).toEqual(['archived: 2 object versions, 200.0 GB; without "restore" they end as unverified: archived'])
    expect(emitted).toContainEqual(expect.objectContaining({ archived: { versions: 2, bytes: 200e9 } }))
  })

  it('says what a restore costs before anything is asked for, and that it is too dear', async () => {
    const { lines, emitted } = await foresee({ restore })
    // 1 and 2 USD for the retrieval, twice 0.23 for three days of copies, and 0.0002 for asking.
    const price = 'a restore (standard, for 3 days) costs about 3.4602 USD, of at most'
    expect(lines).toEqual([`archived: 2 object versions, 200.0 GB; ${price} 1: not begun`])
    expect(emitted).toContainEqual(
      expect.objectContaining({ archived: { versions: 2, bytes: 200e9, usd: 3.4602, maxUsd: 1 } }),
    )
    expect((await foresee({ restore: { ...restore, maxUsd: 5 } })).lines).toEqual([
      `archived: 2 object versions, 200.0 GB; ${price} 5`,
    ])
  })

  it('says which versions the tier does not reach', async () => {
    const { lines } = await foresee({ restore: { ...restore, tier: 'expedited', maxUsd: 100 } })
    expect(lines[1]).toBe('1 of them is of a class that has no expedited tier')
  })
})

describe('the configuration of a restore', () => {
  const refused: Record<string, { given: object; names: RegExp }> = {
    'without a limit': { given: { tier: 'bulk', wait: '1d' }, names: /restore\.maxUsd/ },
    'without a wait': { given: { tier: 'bulk', maxUsd: 1 }, names: /restore\.wait/ },
    'of an unknown tier': { given: { ...restore, tier: 'Bulk' }, names: /restore\.tier/ },
    'for no day': { given: { ...restore, days: 0 }, names: /restore\.days/ },
    'for 31 days': { given: { ...restore, days: 31 }, names: /restore\.days/ },
    'that waits longer than copies live': { given: { ...restore, wait: '4d' }, names: /at most the 3 days/ },
    'with a limit below nothing': { given: { ...restore, maxUsd: -1 }, names: /restore\.maxUsd/ },
    'with an unknown key': { given: { ...restore, hurry: true }, names: /"hurry"/ },
  }
  const parse = (given: object) =>
    parseConfig({ stores: [{ id: 'sg', s3: { bucket: 'bucket', region: 'ap-southeast-1', restore: given } }] })

  it.each(Object.entries(refused))('%s is refused', (_, { given, names }) => {
    expect(() => parse(given)).toThrow(
      expect.objectContaining({ name: 'ConfigInvalid', message: expect.stringMatching(names) }),
    )
  })

  it('keeps copies for seven days unless it says otherwise', () => {
    const { days: _, ...rest } = restore
    expect(parse(rest).stores[0]?.s3?.restore?.days).toBe(7)
  })
})
