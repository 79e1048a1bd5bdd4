import {
  type DynamoDBClient,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { emptyHead, isSameHead } from '../log/merkle.ts'
import type { LogEntry, LogHead } from '../ports.ts'
import { entryItem, headKey, headValues, reservationKey } from './dynamo-ledger-items.ts'
import { faultOf, isFault } from './faults.ts'

/** The transaction that appends to the log: it moves the head, adds entries and marks their reservations, or nothing. */
export type Appending = {
  table: string
  logId: string
  expected: LogHead
  entries: readonly LogEntry[]
  next: LogHead
}

/** What may be otherwise at the next attempt, or is explained by what the table holds. */
const passing = new Set([
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
])

/**
 * Done, or for each action (the head, the entries, their reservations) the code of what stood against it. None of them
 * was done then. @throws ServiceUnavailable when nobody knows whether they were
 */
export async function appendInTransaction(client: DynamoDBClient, appending: Appending): Promise<'done' | string[]> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: actionsOf(appending) }))
    return 'done'
  } catch (error) {
    if (isFault(error, 'TransactionCanceledException')) {
      const reasons = (error as TransactionCanceledException).CancellationReasons ?? []
      const codes = reasons.map(({ Code }) => Code ?? 'None')
      if (codes.every((code) => passing.has(code))) return codes
    }
    throw faultOf('ledger: append', error)
  }
}

function actionsOf({ table, logId, expected, entries, next }: Appending): TransactWriteItem[] {
  const { size, root, frontier } = headValues(next)
  const names = { '#size': 'size', '#root': 'root', '#frontier': 'frontier' }
  const isFirst = isSameHead(expected, emptyHead)
  const was = headValues(expected)
  return [
    {
      Update: {
        TableName: table,
        Key: headKey(logId),
        UpdateExpression: 'SET #size = :size, #root = :root, #frontier = :frontier',
        ConditionExpression: isFirst ? 'attribute_not_exists(pk)' : '#size = :wasSize AND #root = :wasRoot',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: {
          ':size': size,
          ':root': root,
          ':frontier': frontier,
          ...(!isFirst && { ':wasSize': was.size, ':wasRoot': was.root }),
        },
      },
    },
    ...entries.map((entry) => ({
      Put: { TableName: table, Item: entryItem(logId, entry), ConditionExpression: 'attribute_not_exists(pk)' },
    })),
    ...entries.map(({ identity, seq, envelope }) => ({
      Update: {
        TableName: table,
        Key: reservationKey(logId, identity),
        UpdateExpression: 'SET #state = :logged, #seq = :seq',
        ConditionExpression: '#envelope = :envelope AND attribute_not_exists(#seq)',
        ExpressionAttributeNames: { '#state': 'state', '#seq': 'seq', '#envelope': 'envelope' },
        ExpressionAttributeValues: {
          ':logged': { S: 'LOGGED' },
          ':seq': { N: String(seq) },
          ':envelope': { B: envelope },
        },
      },
    })),
  ]
}
