import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallCalls } from '../../lib/aws/client-options.ts'
import { readFiling } from '../../lib/export/read-filing.ts'
import { attestedOf } from '../../lib/export/report/figures.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { type Deployment, openDeployment } from '../support/deployment.ts'
import { interpret } from '../support/interpreted.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { quarterOf } from '../support/some-of.ts'
import { deployStack, type Stack } from '../support/stack.ts'

const manifest =
  'userId,transferredAt,batch\n40000000001,2026-01-31T12:00:00Z,b1\n40000000002,2026-01-31T12:00:00Z,b1\n'

const { isLeftOut, note } = quarterOf(2)

describe.skipIf(withoutMinistack || isLeftOut)(`a deployed run ${onMinistack}${note}`, () => {
  let server: Ministack
  let stack: Stack
  let deployment: Deployment
  beforeAll(async () => {
    server = await startMinistack({ strict: true })
    stack = await deployStack(server, 'run')
    deployment = await openDeployment(server, stack)
    await deployment.rewrite(60)
    await deployment.handIn('manifests/transfers.csv', manifest)
  })
  afterAll(async () => {
    stack?.close()
    await server?.stop()
  })

  describe('over a store that cannot be opened', () => {
    it('ends in an incomplete verdict', async () => {
      const stores = [{ id: 'sg', root: '/nowhere', country: 'SG' }]
      await deployment.handIn('config/odv.json', JSON.stringify({ manifest: 'manifests/transfers.csv', stores }))
      expect(await deployment.execute('verify-run', 'r1', { trigger: 'on-demand' })).toEqual({
        status: 'SUCCEEDED',
        output: { failed: false, verdict: 'incomplete', verified: 0, residual: 0, incomplete: 1 },
      })
    })

    it('is attested, and its bundle holds offline against the keys of the stage', async () => {
      const exported = await deployment.execute('export-filing', 'e1', { exportId: 'e1', selection: { runId: 'r1' } })
      expect(exported).toMatchObject({ status: 'SUCCEEDED', output: { incomplete: 1 } })
      const files = await deployment.bundle('e1')
      const summary = verifyBundle(files, { pinnedKeys: await deployment.publicKeys() })
      expect(summary).toMatchObject({ pinned: true, stores: [{ runId: 'r1', storeId: 'sg', verdict: 'incomplete' }] })
      const said = readFiling(files).runs.flatMap(attestedOf)
      expect(said.length).toBeGreaterThan(1)
      const [execution, ...others] = new Set(said.map(({ predicate }) => predicate.environment?.execution))
      expect(others).toEqual([])
      expect(new Set(said.map(({ predicate }) => predicate.signer?.keyProtection))).toEqual(new Set(['kms']))
      const machines = new SFNClient({ ...smallCalls, ...server })
      const known = await machines.send(new DescribeExecutionCommand({ executionArn: execution! }))
      machines.destroy()
      expect(known).toMatchObject({ name: 'r1', status: 'SUCCEEDED' })
    })
  })

  it('ends alike in our own interpreter, with the definitions as they are deployed', async () => {
    expect(await interpret(deployment, 'verify-run', 'r2', { trigger: 'on-demand' })).toMatchObject({
      output: { failed: false, verdict: 'incomplete', verified: 0, residual: 0, incomplete: 1 },
    })
  })
})
