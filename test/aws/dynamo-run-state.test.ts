import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallCalls } from '../../lib/aws/client-options.ts'
import { dynamoRunState } from '../../lib/aws/dynamo-run-state.ts'
import { runStateContract } from '../contracts/run-state.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { newTable } from './tables.ts'

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let client: DynamoDBClient
  beforeAll(async () => {
    server = await startMinistack()
    client = new DynamoDBClient({ ...smallCalls, ...server })
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
  })

  runStateContract('DynamoDB', async () => dynamoRunState(client, await newTable(client)))

  it('lists more runs than one page has, newest first', async () => {
    const state = dynamoRunState(client, await newTable(client))
    const runIds = Array.from({ length: 40 }, (_, n) => `run-${String(n).padStart(2, '0')}`)
    const reasons = ['x'.repeat(60_000)]
    for (const [n, runId] of runIds.entries())
      await state.putRun({
        runId,
        trigger: 'nightly',
        state: 'running',
        startedAt: `2026-11-01T00:00:${String(n).padStart(2, '0')}.000Z`,
        stores: [{ storeId: 'sg', reasons }],
      })
    expect((await state.listRuns()).map(({ runId }) => runId)).toEqual(runIds.toReversed())
  })
})
