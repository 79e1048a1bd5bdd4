import { join } from 'node:path'
import { expect, it } from 'vitest'
import { embeddedPorts } from '../../../lib/cli/embedded-ports.ts'
import { attest } from '../../../lib/pipeline/attest.ts'
import { openPlace } from '../../support/pipeline.ts'
import { writeFiles } from '../../support/sample-files.ts'

it('asks of all verified stores of a run at the same time when it is summed up: of 400 a call has a minute', async () => {
  const ids = ['ie', 'sg', 'jp']
  const place = await openPlace((root) => ({ stores: ids.map((id) => ({ id, root: join(root, id), country: 'IE' })) }))
  for (const id of ids) writeFiles(join(place.root, id), { 'b.txt': 'nobody\n' })
  await place.run()
  const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  let [asking, most] = [0, 0]
  const ledger: typeof ports.ledger = {
    ...ports.ledger,
    async find(identity) {
      most = Math.max(most, ++asking)
      await new Promise(setImmediate)
      asking--
      return ports.ledger.find(identity)
    },
  }
  await attest({ ...ports, ledger }, { phase: 'run-summary', runId: 'run-0' })
  expect(most).toBe(ids.length)
})
