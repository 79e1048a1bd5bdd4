import { setTimeout as pause } from 'node:timers/promises'
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { EvidenceConflict, ServiceUnavailable, TooLarge } from '../errors.ts'
import { emptyHead, isSameHead } from '../log/merkle.ts'
import { requireSequence } from '../log/require-sequence.ts'
import type { Ledger, LogEntry, LogHead } from '../ports.ts'
import { appendInTransaction } from './dynamo-append.ts'
import {
  checkpointKey,
  checkpointPartition,
  digits,
  entryPartition,
  headKey,
  type Item,
  type Key,
  parseCheckpoint,
  parseEntry,
  parseHead,
  parseReservation,
  partitionOf,
  reservationItem,
  reservationKey,
} from './dynamo-ledger-items.ts'
import { calling, faultOf, isFault } from './faults.ts'

/**
 * An item takes 400 KB. The envelope is stored twice, and a transaction takes 100 actions and 4 MB. What is larger would
 * have to lie elsewhere, where the checkpoint signer has no right to read.
 */
const limits = { envelope: 350_000, entries: 49, append: 1_900_000 }

/** Transactions that meet each other at an item are refused at once; one of them got through. */
const attempts = 6

/**
 * The log in one DynamoDB table, read with strong consistency. It puts, and updates the head and reservations on
 * conditions; it never replaces or removes. A call whose answer is lost is repeated by the SDK under the same token.
 */
export function dynamoLedger(client: DynamoDBClient, { table, logId }: { table: string; logId: string }): Ledger {
  const get = async (what: string, key: Key) => {
    const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true })
    return (await calling(`ledger: ${what}`, () => client.send(command))).Item
  }

  /** Whether the item was put; `false` when there is one under its key. */
  const putOnce = async (what: string, item: Item): Promise<boolean> => {
    const command = new PutItemCommand({
      TableName: table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
    })
    try {
      await client.send(command)
      return true
    } catch (error) {
      if (isFault(error, 'ConditionalCheckFailedException')) return false
      throw faultOf(`ledger: ${what}`, error)
    }
  }

  async function* query(
    what: string,
    partition: string,
    between?: readonly [from: string, to: string],
  ): AsyncGenerator<Item> {
    for (let start: Item | undefined; ; ) {
      const command = new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: between ? 'pk = :pk AND sk BETWEEN :from AND :to' : 'pk = :pk',
        ExpressionAttributeValues: {
          ':pk': { S: partition },
          ...(between && { ':from': { S: between[0] }, ':to': { S: between[1] } }),
        },
        ...(start && { ExclusiveStartKey: start }),
      })
      const { Items = [], LastEvaluatedKey } = await calling(`ledger: ${what}`, () => client.send(command))
      yield* Items
      if (!LastEvaluatedKey) return
      start = LastEvaluatedKey
    }
  }

  const find = async (identity: string) => {
    const item = await get('find', reservationKey(logId, identity))
    return item && parseReservation(item)
  }

  const head = async (): Promise<LogHead> => {
    const item = await get('head', headKey(logId))
    return item ? parseHead(item) : emptyHead
  }

  /**
   * Why the table refused an append, read from the table itself: a head never comes back to where it was, and neither
   * does a reservation. `false`: nothing there stands against it (any more).
   */
  const isMoved = async (expected: LogHead, entries: readonly LogEntry[]): Promise<boolean> => {
    if (!isSameHead(await head(), expected)) return true
    for (const { identity, envelope } of entries) {
      const reserved = await find(identity)
      if (reserved?.seq !== undefined) return true
      if (!reserved || Buffer.compare(reserved.envelope, envelope) !== 0)
        throw new EvidenceConflict('ledger: entry: expected the envelope reserved for its identity, got another one')
    }
    return false
  }

  return {
    async reserve(identity, claim, envelope) {
      requireFitting([envelope])
      const reservation = { identity, claim, envelope }
      const key = reservationKey(logId, identity)
      if (await putOnce('reserve', reservationItem(key, reservation))) return reservation
      const stored = await find(identity)
      if (stored) return stored
      throw new EvidenceConflict('ledger: reserve: expected the reservation that stood in the way, got none')
    },

    find,
    head,

    async renew(identity, stale, fresh) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: reservationKey(logId, identity),
        UpdateExpression: 'SET #envelope = :fresh',
        ConditionExpression: '#envelope = :stale AND attribute_not_exists(#seq)',
        ExpressionAttributeNames: { '#envelope': 'envelope', '#seq': 'seq' },
        ExpressionAttributeValues: { ':fresh': { B: fresh }, ':stale': { B: stale } },
      })
      requireFitting([fresh])
      // Whatever stood against it is stored, as is what a reply that was lost said.
      await client.send(command).catch((error) => {
        if (!isFault(error, 'ConditionalCheckFailedException')) throw faultOf('ledger: renew', error)
      })
      const stored = await find(identity)
      if (stored) return stored
      throw new EvidenceConflict('ledger: renew: expected a reservation, got none')
    },

    async append(expected, entries, next) {
      requireSequence(expected, entries, next)
      requireFitting(entries.map(({ envelope }) => envelope))
      if (entries.length === 0) return isSameHead(await head(), expected) ? 'appended' : 'moved'
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const codes = await appendInTransaction(client, { table, logId, expected, entries, next })
        if (codes === 'done') return 'appended'
        if (await isMoved(expected, entries)) return 'moved'
        if (codes.slice(1, 1 + entries.length).includes('ConditionalCheckFailed'))
          throw new EvidenceConflict('ledger: append: expected no entry behind the head, got one')
        await pause(25 * 2 ** attempt * (1 + Math.random()))
      }
      throw new ServiceUnavailable(`ledger: append: expected ${attempts} attempts to meet no other one, got refused`)
    },

    async *entries(from, to) {
      if (to <= from) return
      for (let partition = partitionOf(from); partition <= partitionOf(to - 1); partition += 1) {
        let isEmpty = true
        for await (const item of query('entries', entryPartition(logId, partition), [digits(from), digits(to - 1)])) {
          isEmpty = false
          yield parseEntry(item)
        }
        // There are no gaps: behind a partition without entries there are none.
        if (isEmpty) return
      }
    },

    async addCheckpoint(size, note) {
      const key = checkpointKey(logId, size)
      if (await putOnce('checkpoint', { ...key, note: { S: note } })) return
      const stored = await get('checkpoint', key)
      if (!stored || parseCheckpoint(stored).note !== note)
        throw new EvidenceConflict(`ledger: checkpoint of size ${size}: expected the stored note, got another one`)
    },

    checkpoints: async () =>
      (await Array.fromAsync(query('checkpoints', checkpointPartition(logId)))).map(parseCheckpoint),
  }
}

function requireFitting(envelopes: readonly Uint8Array[]): void {
  const sizes = envelopes.map(({ byteLength }) => byteLength)
  const largest = Math.max(0, ...sizes)
  const sum = sizes.reduce((a, b) => a + b, 0)
  if (largest > limits.envelope)
    throw new TooLarge(`ledger: envelope: expected at most ${limits.envelope} bytes, got ${largest}`)
  if (sizes.length > limits.entries || sum > limits.append)
    throw new TooLarge(
      `ledger: append: expected at most ${limits.entries} entries and ${limits.append} bytes, got ${sizes.length} and ${sum}`,
    )
}
