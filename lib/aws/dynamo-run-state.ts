import { gunzipSync, gzipSync } from 'node:zlib'
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { FormatInvalid } from '../errors.ts'
import type { RequestRecord, RunRecord, RunState } from '../ports.ts'
import { calling } from './faults.ts'

/** An item takes 400 KB; the reasons of hundreds of stores are more, and say the same again and again. */
const longestJson = 200_000

/**
 * Runs and requests in one DynamoDB table, each record as JSON (`json`, or `gzip` where it is long):
 *
 * | pk             | sk                    |                                     |
 * |----------------|-----------------------|-------------------------------------|
 * | `RUNS`         | startedAt `#` runId   | every run, in the order of their beginning |
 * | `RUN#<id>`     | `RUN`                 | the same run, by its name           |
 * | `RUN#<id>`     | `REQUEST#` store `#` pass `#` id | the requests of a run    |
 * | `REQUEST#<id>` | `REQUEST`             | a request by its name               |
 *
 * Both items of a record are put one after the other, the one that lists it first: a crash between them leaves a record
 * that is listed and not found, and the repeated put mends it. When a run began never changes.
 */
export function dynamoRunState(client: DynamoDBClient, table: string): RunState {
  const put = async (record: object, keys: readonly (readonly [pk: string, sk: string])[]) => {
    const content = toAttribute(record)
    for (const [pk, sk] of keys) {
      const Item = { pk: { S: pk }, sk: { S: sk }, ...content }
      await calling('run state: put', () => client.send(new PutItemCommand({ TableName: table, Item })))
    }
  }

  const get = async <T>(pk: string, sk: string): Promise<T | undefined> => {
    const command = new GetItemCommand({
      TableName: table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ConsistentRead: true,
    })
    const { Item } = await calling('run state: get', () => client.send(command))
    return Item && toRecord<T>(Item)
  }

  const list = async <T>(pk: string, prefix: string, order: { forward: boolean }): Promise<T[]> => {
    const records: T[] = []
    for (let start: Record<string, AttributeValue> | undefined; ; ) {
      const command = new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        ScanIndexForward: order.forward,
        KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': { S: pk }, ...(prefix !== '' && { ':prefix': { S: prefix } }) },
        ...(start && { ExclusiveStartKey: start }),
      })
      const { Items = [], LastEvaluatedKey } = await calling('run state: list', () => client.send(command))
      records.push(...Items.map((item) => toRecord<T>(item)))
      if (!LastEvaluatedKey) return records
      start = LastEvaluatedKey
    }
  }

  return {
    putRun: (run) =>
      put(run, [
        ['RUNS', `${run.startedAt}#${run.runId}`],
        [`RUN#${run.runId}`, 'RUN'],
      ]),
    getRun: (runId) => get<RunRecord>(`RUN#${runId}`, 'RUN'),
    listRuns: () => list<RunRecord>('RUNS', '', { forward: false }),
    putRequest: (request) =>
      put(request, [
        [
          `RUN#${request.runId}`,
          `REQUEST#${request.storeId}#${String(request.pass).padStart(3, '0')}#${request.requestId}`,
        ],
        [`REQUEST#${request.requestId}`, 'REQUEST'],
      ]),
    getRequest: (requestId) => get<RequestRecord>(`REQUEST#${requestId}`, 'REQUEST'),
    listRequests: (runId) => list<RequestRecord>(`RUN#${runId}`, 'REQUEST#', { forward: true }),
  }
}

function toAttribute(record: object): Record<string, AttributeValue> {
  const json = JSON.stringify(record)
  return Buffer.byteLength(json) > longestJson ? { gzip: { B: gzipSync(json) } } : { json: { S: json } }
}

function toRecord<T>(item: Record<string, AttributeValue>): T {
  if (item.gzip?.B !== undefined) return JSON.parse(gunzipSync(item.gzip.B).toString()) as T
  if (item.json?.S === undefined) throw new FormatInvalid('run state: record: expected JSON, got something else')
  return JSON.parse(item.json.S) as T
}
