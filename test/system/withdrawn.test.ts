import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requestCommand } from '../../lib/cli/commands/request-command.ts'
import { proposeCorrection } from '../../lib/pipeline/propose-correction.ts'
import type { Ports } from '../../lib/ports.ts'
import { isMoment, openPlace, type TaskName } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** Somebody finds out that the manifest was wrong, and takes back what the run said, before anything is deleted because of it. */

const words = { explanation: 'The manifest had people whose data never arrived.', approvedBy: 'Jane Roe' }

/** Entry 0 is the scope, entry 1 the scan of the first store. */
async function runWithdrawing(entry: number, task: TaskName) {
  const stores = ['ie', 'sg']
  const place = await openPlace((root) => ({
    stores: stores.map((id) => ({
      id,
      root: join(root, id),
      country: id.toUpperCase(),
      channel: { kind: 'delete-files', owner: 'user_id' },
    })),
  }))
  for (const id of stores)
    writeFiles(join(place.root, id), {
      'x.jsonl': jsonRecords(numbers(3).map(transferred)),
      'others.jsonl': jsonRecords([somebodyElse(1)]),
    })
  let ports: Ports | undefined
  let done: Promise<unknown> | undefined
  const ended = await place.run({
    wrap: (all) => {
      ports = all
      return all
    },
    before: async (moment) => {
      if (!isMoment(moment, { task })) return
      done ??= proposeCorrection(ports!, { entry, ...words })
      await done
    },
  })
  const left = stores.filter((id) => existsSync(join(place.root, id, 'x.jsonl')))
  const desk = (id: string) =>
    requestCommand(
      {
        request: `run-0-${id}-0`,
        out: `${id}.jsonl`,
        place: { kind: 'machine', state: 'state', cwd: place.root },
        cwd: place.root,
      },
      { json: true, print() {}, progress() {}, warn() {}, emit() {} },
    )
  return { desk, left, results: ended.summary.verdicts.map(({ verdict, reasons }) => [verdict, ...reasons].join('; ')) }
}

describe.concurrent('what was taken back', () => {
  const refused = (state: string) => expect.stringMatching(new RegExp(`failure: EvidenceConflict in ${state}`))
  for (const [task, state] of [
    ['request-deletion', 'RequestDeletion'],
    ['execute-deletion', 'ExecuteDeletion'],
  ] as const)
    it(`is deleted by no more, in no store, once it is the scope: before ${task}`, async () => {
      const { left, results } = await runWithdrawing(0, task)
      expect(left).toEqual(['ie', 'sg'])
      expect(results).toEqual([refused(state), refused(state)])
    })

  it('is deleted by no more in the store whose scan it is, nor handed to its custodian, and in others is', async () => {
    const { desk, left, results } = await runWithdrawing(1, 'execute-deletion')
    expect(left).toHaveLength(1)
    expect(results.toSorted()).toEqual([refused('ExecuteDeletion'), 'verified'])
    await expect(desk(left[0]!)).rejects.toThrow(/taken back .*nothing is to be deleted/)
    expect(await desk(left[0] === 'ie' ? 'sg' : 'ie')).toBe(0)
  })
})
