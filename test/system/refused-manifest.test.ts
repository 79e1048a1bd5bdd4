import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { jsonLines, linesOf, odv, startOdv } from '../support/odv.ts'
import { scratchDirectory } from '../support/scratch.ts'

it('a run whose manifest was refused says why, by name and line, when it ends and whenever it is asked for', async () => {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'store'))
  writeFileSync(join(cwd, 'bad.csv'), 'userId\n12345678\nno id\n')
  const ended = await odv(cwd, 'run', '--json', '--manifest', 'bad.csv', '--store', 'a=store')
  expect(ended.code).toBe(64)
  const reasons = [
    `manifest ${join(cwd, 'bad.csv')}: rows: expected every row to be usable, got 1 malformed`,
    expect.stringMatching(/^line 3: expected a decimal number/),
  ]
  expect(linesOf(ended, 'verdict')).toMatchObject([{ store: 'a', verdict: 'incomplete', reasons }])
  expect(linesOf(ended, 'summary')).toMatchObject([{ reasons: ['failure: ManifestInvalid in BuildIndex'] }])

  const run = String(jsonLines(ended)[0]?.run)
  const status = await odv(cwd, 'status', run, '--json')
  expect(jsonLines(status)[0]).toMatchObject({ stores: [{ storeId: 'a', verdict: 'incomplete', reasons }] })
  expect((await odv(cwd, 'status', run)).stdout).toContain('\n      line 3: expected')
})

it('no run is begun with the name of a manifest that was mistyped; one in the configuration that is not there is told in a run', async () => {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'store'))
  const mistyped = await odv(cwd, 'run', '--manifest', 'idz.csv', '--store', 'a=store')
  expect(mistyped.code).toBe(64)
  expect(mistyped.stderr).toContain('--manifest idz.csv: expected a file, got nothing there; nothing was begun')
  expect(existsSync(join(cwd, '.odv'))).toBe(false)

  writeFileSync(
    join(cwd, 'odv.json'),
    JSON.stringify({
      manifest: 'ids.csv',
      stores: [{ id: 'a', root: 'store', country: 'SG', channel: { kind: 'none' } }],
    }),
  )
  const nightly = await odv(cwd, 'run', '--json')
  expect(nightly.code).toBe(64)
  expect(linesOf(nightly, 'verdict')).toMatchObject([{ store: 'a', verdict: 'incomplete' }])
  expect(existsSync(join(cwd, '.odv'))).toBe(true)
})

it('says so too of one that does not allow what is to be done with it', async () => {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'store'))
  writeFileSync(join(cwd, 'ids.csv'), 'userId\n12345678\n')
  const channel = { kind: 'delete-files', owner: 'user_id' }
  const stores = [{ id: 'a', root: 'store', country: 'SG', channel }]
  writeFileSync(join(cwd, 'odv.json'), JSON.stringify({ manifest: 'ids.csv', stores }))
  const ended = await odv(cwd, 'run', '--json')
  expect(ended.code).toBe(64)
  const reasons = [
    expect.stringMatching(/^manifest: expected a column or member transferredAt, since we delete in store a/),
  ]
  expect(linesOf(ended, 'verdict')).toMatchObject([{ store: 'a', verdict: 'incomplete', reasons }])
})

it('a run is not gone on with when its manifest says by now that somebody in its scope is not transferred', async () => {
  const cwd = scratchDirectory()
  const manifest = (...rows: string[]) =>
    writeFileSync(join(cwd, 'ids.csv'), ['userId,transferredAt', ...rows].join('\n'))
  mkdirSync(join(cwd, 'store'))
  writeFileSync(join(cwd, 'store/a.txt'), '12345678\n')
  const stores = [{ id: 'a', root: 'store', country: 'SG', channel: { kind: 'manual', deadline: '1h' } }]
  writeFileSync(join(cwd, 'odv.json'), JSON.stringify({ manifest: 'ids.csv', stores }))
  manifest('12345678,2026-01-01', '12345679,2026-01-01')
  const began = await odv(cwd, 'run', '--no-wait', '--json')
  expect(began.code).toBe(75)
  const run = String(jsonLines(began)[0]?.run)
  const goOn = () => odv(cwd, 'run', '--resume', run, '--no-wait')

  for (const time of ['', '2099-01-01']) {
    manifest(`12345678,${time}`, '12345679,2026-01-01')
    const refused = await goOn()
    expect(refused.code).toBe(64)
    expect(refused.stderr).toMatch(/expected everybody in scope of run .* to be transferred by now, got 1 row/)
    expect(refused.stderr).not.toContain('12345678')
  }
  for (const rows of [['12345678,failed', '12345679,2026-01-01'], ['no id'], []]) {
    manifest(...rows)
    const refused = await goOn()
    expect(refused.code).toBe(64)
    expect(refused.stderr).toMatch(/changed since run .* began, and may say of somebody in scope/)
    expect(refused.stderr).not.toContain('12345678')
  }
  for (const rows of [
    ['12345670,2026-01-01', '12345671,'],
    ['12345679,2026-02-02', '12345678,2026-01-01'],
  ]) {
    manifest(...rows)
    expect((await goOn()).code).toBe(75)
  }
  rmSync(join(cwd, 'ids.csv'))
  expect((await goOn()).code).toBe(75)
  mkdirSync(join(cwd, 'ids.csv'))
  expect((await goOn()).code).toBe(64)
  rmSync(join(cwd, 'ids.csv'), { recursive: true })

  manifest('12345678,', '12345679,2026-01-01')
  writeFileSync(join(cwd, 'why.txt'), 'The transfer of one person failed.\n')
  const correct = (entry: string) =>
    odv(cwd, 'correct', '--entry', entry, '--reason-file', 'why.txt', '--approved-by', 'Jane Roe')
  // The scan of a store alone leaves the others to be asked about.
  expect((await correct('1')).code).toBe(0)
  expect((await goOn()).code).toBe(64)
  expect((await correct('0')).code).toBe(0)
  expect((await goOn()).code).toBe(75)
})

it('nor is anything more requested by a run that waited while its manifest was corrected', async () => {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'store'))
  writeFileSync(join(cwd, 'store/a.txt'), '12345678\n')
  writeFileSync(join(cwd, 'ids.csv'), 'userId,transferredAt\n12345678,2026-01-01\n')
  const stores = [{ id: 'a', root: 'store', country: 'SG', channel: { kind: 'manual', deadline: '1h' } }]
  writeFileSync(join(cwd, 'odv.json'), JSON.stringify({ manifest: 'ids.csv', passes: 3, stores }))
  const run = startOdv(cwd, ['run', '--json'])
  const request = await new Promise<string>((resolve) => {
    let told = ''
    run.child.stdout!.on('data', (text) => {
      told += text
      const [, id] = /"request":"([^"]+)"/.exec(told) ?? []
      if (id !== undefined) resolve(id)
    })
  })
  writeFileSync(join(cwd, 'ids.csv'), 'userId,transferredAt\n12345678,\n')
  expect((await odv(cwd, 'ack', request)).code).toBe(0)
  const ended = await run.ended
  const reasons = expect.arrayContaining([
    'failure: ManifestInvalid in ConfirmScope',
    expect.stringMatching(/expected everybody in scope of run .* to be transferred by now, got 1 row/),
  ])
  expect(linesOf(ended, 'verdict')).toMatchObject([{ reasons }])
  expect(linesOf(ended, 'request')).toHaveLength(1)
})
