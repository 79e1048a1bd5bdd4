import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { type CostDocument, estimateRunCost } from '../../lib/pipeline/estimate-cost.ts'
import { readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { passKey, runKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import type { Ports } from '../../lib/ports.ts'
import { openPlace } from '../support/pipeline.ts'
import { jsonRecords, transferred, writeFiles } from '../support/sample-files.ts'

async function verified() {
  const place = await openPlace((root) => {
    mkdirSync(join(root, 'sg'))
    writeFiles(join(root, 'sg'), { 'a.jsonl': jsonRecords([transferred(1)]), 'b.txt': 'nothing' })
    return {
      stores: [
        { id: 'sg', root: join(root, 'sg') },
        { id: 'ie', root: join(root, 'ie') },
      ],
    }
  })
  const { runId } = await place.run()
  const local = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  return { runId, local, inRegion: (region: string): Ports => Object.create(local, { region: { value: region } }) }
}

describe('the cost of a run', () => {
  it('is of what its passes read, and names the stores that were not listed', async () => {
    const { runId, local, inRegion } = await verified()
    const ports = inRegion('us-east-1')
    const { usd, unlisted } = await estimateRunCost(ports, { runId })
    const cost = await readDocument<CostDocument>(ports, runKey(runId, 'cost.json'))
    expect(cost).toMatchObject({ runId, estimated: false, usd, unlisted: ['ie'] })
    expect(unlisted).toBe(1)
    const plan = await local.evidence.get(passKey({ runId, storeId: 'sg', pass: 0 }, 'batches.jsonl'))
    const batches = Buffer.from(plan).toString().trim().split('\n').length
    expect(cost.passes).toEqual([
      { storeId: 'sg', pass: 0, versions: 2, bytes: expect.any(Number), batches, scanSeconds: expect.any(Number) },
    ])
    expect(await estimateRunCost(ports, { runId })).toEqual({ usd, unlisted })
    local.close()
  })

  it('is nothing to speak of on one machine', async () => {
    const { runId, local } = await verified()
    expect(await estimateRunCost(local, { runId })).toEqual({ usd: 0, unlisted: 0 })
    expect(await local.evidence.has(runKey(runId, 'cost.json'))).toBe(false)
    local.close()
  })
})
