import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { EvidenceConflict } from '../errors.ts'
import type { LogEntry, LogHead, Reservation } from '../ports.ts'

/** The items of a log in DynamoDB. Keys are pinned in the policies of the table (infra/), attributes are ours. */

export type Item = Record<string, AttributeValue>
export type Key = { pk: { S: string }; sk: { S: string } }

/** Entries of one partition key: enough to read them in few queries, few enough for a hot log to move on. */
const entriesPerPartition = 1 << 16

export const headKey = (logId: string): Key => keyOf(`LOG#${logId}`, 'HEAD')
export const reservationKey = (logId: string, identity: string): Key => keyOf(reservationPartition(logId), identity)
const reservationPartition = (logId: string) => `IDEM#${logId}`
const entryKey = (logId: string, seq: number): Key => keyOf(entryPartition(logId, partitionOf(seq)), digits(seq))
export const checkpointKey = (logId: string, size: number): Key => keyOf(checkpointPartition(logId), digits(size))
export const checkpointPartition = (logId: string) => `LOG#${logId}#CP`
export const entryPartition = (logId: string, partition: number) => `LOG#${logId}#E#${partition}`
export const partitionOf = (seq: number) => Math.floor(seq / entriesPerPartition)

/** Numbers as sort keys: their order as text is their order. */
export const digits = (number: number) => String(number).padStart(12, '0')

export function headValues({ size, root, frontier }: LogHead): {
  size: AttributeValue
  root: AttributeValue
  frontier: AttributeValue
} {
  return { size: { N: String(size) }, root: { B: root }, frontier: { L: frontier.map((each) => ({ B: each })) } }
}

export function parseHead(item: Item): LogHead {
  return {
    size: numberIn(item, 'size'),
    root: bytesIn(item, 'root'),
    frontier: (item.frontier?.L ?? refuse('head', 'frontier')).map(({ B }) => B ?? refuse('head', 'frontier')),
  }
}

/** `payloadSha256` is the reservation's claim. `state` and `seq` say whether the envelope is in the log, and where. */
export function reservationItem(key: Key, { claim, envelope }: Reservation): Item {
  return { ...key, payloadSha256: { S: claim }, envelope: { B: envelope }, state: { S: 'RESERVED' } }
}

export function parseReservation(item: Item): Reservation {
  return {
    identity: textIn(item, 'sk'),
    claim: textIn(item, 'payloadSha256'),
    envelope: bytesIn(item, 'envelope'),
    ...(item.seq !== undefined && { seq: numberIn(item, 'seq') }),
  }
}

export function entryItem(logId: string, { seq, identity, leaf, envelope }: LogEntry): Item {
  return { ...entryKey(logId, seq), identity: { S: identity }, leaf: { B: leaf }, envelope: { B: envelope } }
}

export function parseEntry(item: Item): LogEntry {
  return {
    seq: numberOf(textIn(item, 'sk')),
    identity: textIn(item, 'identity'),
    leaf: bytesIn(item, 'leaf'),
    envelope: bytesIn(item, 'envelope'),
  }
}

export function parseCheckpoint(item: Item): { size: number; note: string } {
  return { size: numberOf(textIn(item, 'sk')), note: textIn(item, 'note') }
}

const keyOf = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } })

const textIn = (item: Item, name: string): string => item[name]?.S ?? refuse('item', name)
const bytesIn = (item: Item, name: string): Uint8Array => item[name]?.B ?? refuse('item', name)
const numberIn = (item: Item, name: string): number => numberOf(item[name]?.N ?? refuse('item', name))

function numberOf(text: string): number {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : refuse('item', 'number')
}

/** Only what this file makes is in the table: anything else was put there by somebody. */
function refuse(what: string, name: string): never {
  throw new EvidenceConflict(`ledger: ${what}: ${name}: expected the attribute that every writer stores, got another`)
}
