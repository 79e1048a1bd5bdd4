import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRunView } from '../../lib/cli/views/run-view.ts'
import type { Acknowledgement } from '../../lib/deletion/request.ts'
import { passKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { memoryEvidence } from '../support/simulation/memory-ports.ts'

const ref = { runId: 'run-1', storeId: 'sg', pass: 0 }

function openView() {
  const { evidence } = memoryEvidence()
  const done = { versions: 0, bytes: 0, findings: 0, listed: 0 }
  const lines: string[] = []
  let bar = ''
  const terminal = {
    print: (line: string) => lines.push(line),
    warn() {},
    emit() {},
    progress: (line: string) => (bar = line),
  }
  const words = { where: '', goOn: '', options: '' }
  const view = createRunView(
    terminal as never,
    { ports: { evidence }, progress: () => done, locate: (key: string) => key, words } as never,
  )
  /** What is shown some time later. */
  const progress = async () => {
    await setTimeout(300)
    return bar
  }
  return { evidence, done, lines, view, progress }
}

test('while a run scans, its progress is of what was planned', async () => {
  const { view, done, progress } = openView()
  view.observe({ kind: 'planned', ref, versions: 306, bytes: 4000 })
  view.observe({ kind: 'scanning', ref })
  Object.assign(done, { versions: 100, bytes: 1000 })
  expect(await progress()).toContain('100 of 306 object versions, 1.0 kB of 4.0 kB')
})

test('a run that goes on with a pass planned before says how much it has read, and not that this is all', async () => {
  const { view, done, progress } = openView()
  view.observe({ kind: 'scanning', ref })
  expect(await progress()).not.toContain('of 0')
  Object.assign(done, { versions: 100, bytes: 1000 })
  view.observe({ kind: 'planned', ref: { ...ref, storeId: 'ie' }, versions: 2, bytes: 10 })
  view.observe({ kind: 'scanning', ref: { ...ref, storeId: 'ie' } })
  expect(await progress()).toMatch(/scanning: 100 object versions, 1.0 kB read since it goes on/)
})

test.each([
  { by: 'custodian', said: 'request run-1-sg-0: answered by the custodian' },
  { by: 'deadline', said: 'request run-1-sg-0: the deadline has passed without an answer' },
] as const)('a request that the $by ended is shown as that', async ({ by, said }) => {
  const { view, evidence, lines } = openView()
  const answer: Partial<Acknowledgement> = { requestId: 'run-1-sg-0', by }
  await evidence.put(passKey(ref, 'acknowledgement.json'), Buffer.from(JSON.stringify(answer)))
  view.observe({ kind: 'answered', ref })
  await view.finish()
  expect(lines).toEqual([`  ${said}`])
})
