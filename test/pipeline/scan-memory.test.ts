import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { wholeProcessor } from '../../lib/inventory/call-capacity.ts'
import { buildIndex } from '../../lib/pipeline/build-index.ts'
import { type Hands, openPlace } from '../support/pipeline.ts'

/** Says what building the index is refused with. */
const withMemory = (scanMemory: number, refuse: (why: string) => void): Hands => ({
  wrap: (ports) => Object.create(ports, { scanMemory: { value: scanMemory } }),
  call: (task, ports, payload) =>
    task !== 'build-index'
      ? undefined
      : buildIndex(ports, payload).catch((error: Error) => {
          refuse(error.message)
          throw error
        }),
})

describe('the memory of the function that scans', () => {
  it('has to have room for the index: a run ends with that before it looks at a store', async () => {
    const place = await openPlace((root) => {
      mkdirSync(join(root, 'sg'))
      writeFileSync(join(root, 'sg', 'a.txt'), 'nobody is in this text\n')
      return {
        stores: [{ id: 'sg', country: 'SG', root: join(root, 'sg'), channel: { kind: 'manual', deadline: '14d' } }],
      }
    })
    const why: string[] = []
    const refused = await place.run(withMemory(400, (each) => why.push(each)))
    expect(refused.summary).toMatchObject({ failure: { state: 'BuildIndex', error: 'ConfigInvalid' }, verdicts: [] })
    expect(why).toEqual([
      expect.stringMatching(/^scanMemory: expected at least 401 MB for the index of \d+ subjects, got 400 /),
    ])
    expect((await place.run(withMemory(wholeProcessor, (each) => why.push(each)))).verdict).toBe('verified')
    expect(why).toHaveLength(1)
  })
})
