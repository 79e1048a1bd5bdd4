import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { linesOf, odv } from '../support/odv.ts'
import { configText, jsonRecords, manifestText, numbers, somebodyElse, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

it('names a damaged report of a store, and shows the others', async () => {
  const place = scratchDirectory()
  const store = (id: string) => ({ id, root: id, country: 'SG', channel: { kind: 'manual', deadline: '1h' } })
  const cut = jsonRecords(numbers(50).map(somebodyElse))
  writeFiles(place, {
    'ids.csv': manifestText,
    'odv.json': configText({ manifest: 'ids.csv', stores: ['one', 'two'].map(store) }),
    'one/cut.gz': Buffer.concat([Buffer.from([31, 139, 8, 0]), Buffer.from(cut)]),
    'two/cut.gz': Buffer.concat([Buffer.from([31, 139, 8, 0]), Buffer.from(cut)]),
  })
  const [run] = linesOf(await odv(place, 'run', '--json'), 'run')
  const runId = String(run!.run)
  const whole = await odv(place, 'status', runId)
  expect([whole.code, whole.stdout.match(/cut\.gz/g)?.length]).toEqual([0, 2])
  for (const damage of ['{"schemaVersion":1,', '{}']) {
    writeFileSync(join(place, `.odv/evidence/runs/${runId}/stores/one/report.json`), damage)
    const [shown, json] = [await odv(place, 'status', runId), await odv(place, 'status', runId, '--json')]
    expect([shown.code, json.code]).toEqual([70, 70])
    expect(shown.stderr).toMatch(
      /stores\/one\/report\.json: expected the JSON that was written there, got something damaged/,
    )
    expect(shown.stdout).toMatch(/one: incomplete[\s\S]*two: incomplete[\s\S]*cut\.gz/)
    expect(linesOf(json, 'error')).toMatchObject([{ error: 'EvidenceConflict', exitCode: 70 }])
  }
})
