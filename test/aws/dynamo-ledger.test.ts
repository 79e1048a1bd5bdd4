import { DynamoDBClient, PutItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallCalls } from '../../lib/aws/client-options.ts'
import { dynamoLedger } from '../../lib/aws/dynamo-ledger.ts'
import { EvidenceConflict, ServiceRefused, ServiceUnavailable, TooLarge } from '../../lib/errors.ts'
import { appendLeaves, leafHash } from '../../lib/log/merkle.ts'
import type { LogHead } from '../../lib/ports.ts'
import { ledgerContract } from '../contracts/ledger.ts'
import { onDynamodbLocal, startDynamodbLocal, withoutDynamodbLocal } from '../support/dynamodb-local.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { someServers } from '../support/some-of.ts'
import { faultyWire, onlyAt } from './faulty-wire.ts'
import { newTable } from './tables.ts'

const logId = 'odv-test'
const bytes = (text: string) => new Uint8Array(Buffer.from(text))

const servers = [
  { on: onMinistack, without: withoutMinistack, start: startMinistack },
  { on: onDynamodbLocal, without: withoutDynamodbLocal, start: startDynamodbLocal },
]
for (const { on, without, start } of someServers(servers, ({ without }) => without))
  describe.skipIf(without)(on, () => {
    let server: Loopback & { stop(): Promise<void> }
    let client: DynamoDBClient
    beforeAll(async () => {
      server = await start()
      client = new DynamoDBClient({ ...smallCalls, ...server })
    })
    afterAll(async () => {
      client?.destroy()
      await server?.stop()
    })

    const newLog = async () => {
      const table = await newTable(client)
      return { table, ledger: dynamoLedger(client, { table, logId }) }
    }
    type Log = Awaited<ReturnType<typeof newLog>>

    /** Appends one more entry as the pipeline does. */
    const append = async ({ ledger }: Log, identity: string, envelope = bytes(`envelope of ${identity}`)) => {
      const head = await ledger.head()
      const leaf = leafHash(envelope)
      await ledger.reserve(identity, 'claim', envelope)
      const entry = { seq: head.size, identity, leaf, envelope }
      return ledger.append(head, [entry], appendLeaves(head, [leaf]))
    }

    const itemsOf = async ({ table }: Log) => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }))
      return Items.map(({ pk, sk, ...rest }) => `${pk?.S} ${sk?.S}: ${Object.keys(rest).sort()}`).sort()
    }

    ledgerContract('DynamoDB', async () => (await newLog()).ledger)

    describe('the ledger in DynamoDB', () => {
      it('lays its items out as the policies of the table expect them', async () => {
        const log = await newLog()
        await append(log, 'a')
        await log.ledger.reserve('b', 'claim', bytes('b'))
        await log.ledger.addCheckpoint(1, 'note')
        expect(await itemsOf(log)).toEqual([
          'IDEM#odv-test a: envelope,payloadSha256,seq,state',
          'IDEM#odv-test b: envelope,payloadSha256,state',
          'LOG#odv-test HEAD: frontier,root,size',
          'LOG#odv-test#CP 000000000001: note',
          'LOG#odv-test#E#0 000000000000: envelope,identity,leaf',
        ])
      })

      it('goes on in another partition after 65,536 entries, and reads across', async () => {
        const log = await newLog()
        const size = (1 << 16) - 2
        const head: LogHead = { size, root: bytes('root'), frontier: [] }
        await client.send(
          new UpdateItemCommand({
            TableName: log.table,
            Key: { pk: { S: `LOG#${logId}` }, sk: { S: 'HEAD' } },
            UpdateExpression: 'SET #size = :size, #root = :root, #frontier = :none',
            ExpressionAttributeNames: { '#size': 'size', '#root': 'root', '#frontier': 'frontier' },
            ExpressionAttributeValues: { ':size': { N: `${size}` }, ':root': { B: head.root }, ':none': { L: [] } },
          }),
        )
        const entries = [0, 1, 2, 3].map((n) => ({
          seq: size + n,
          identity: `identity ${n}`,
          leaf: bytes(`leaf ${n}`),
          envelope: bytes(`envelope ${n}`),
        }))
        for (const { identity, envelope } of entries) await log.ledger.reserve(identity, 'claim', envelope)
        expect(await log.ledger.append(head, entries, { ...head, size: size + 4 })).toBe('appended')
        expect(await Array.fromAsync(log.ledger.entries(size, size + 9))).toEqual(entries)
        expect(await Array.fromAsync(log.ledger.entries(size + 1, size + 3))).toEqual(entries.slice(1, 3))
        expect(await Array.fromAsync(log.ledger.entries(size + 2, size + 3))).toEqual(entries.slice(2, 3))
        expect(await itemsOf(log)).toContain('LOG#odv-test#E#1 000000065536: envelope,identity,leaf')
      })

      it('takes 49 entries at once, and refuses fifty', async () => {
        const { ledger } = await newLog()
        const head = await ledger.head()
        const entriesOf = (count: number) =>
          Array.from({ length: count }, (_, seq) => ({
            seq,
            identity: `${seq}`,
            leaf: bytes('l'),
            envelope: bytes('e'),
          }))
        for (const { identity, envelope } of entriesOf(50)) await ledger.reserve(identity, 'claim', envelope)
        const fifty = ledger.append(head, entriesOf(50), { ...head, size: 50 })
        await expect(fifty).rejects.toThrow(TooLarge)
        expect(await ledger.append(head, entriesOf(49), { ...head, size: 49 })).toBe('appended')
      })

      it('keeps an envelope of 350,000 bytes, and refuses a larger one, with its size, before anything is stored', async () => {
        const log = await newLog()
        const large = new Uint8Array(350_000).fill(7)
        expect(await append(log, 'large', large)).toBe('appended')
        expect((await Array.fromAsync(log.ledger.entries(0, 1)))[0]!.envelope).toEqual(large)
        const before = await itemsOf(log)
        const larger = log.ledger.reserve('larger', 'claim', new Uint8Array(350_001))
        await expect(larger).rejects.toThrow(TooLarge)
        await expect(larger).rejects.toThrow('ledger: envelope: expected at most 350000 bytes, got 350001')
        expect(await itemsOf(log)).toEqual(before)
      })

      it('reads a log of several megabytes page by page', async () => {
        const log = await newLog()
        for (let n = 0; n < 12; n += 1) await append(log, `${n}`, new Uint8Array(300_000).fill(n))
        const entries = await Array.fromAsync(log.ledger.entries(0, 12))
        expect(entries.map(({ seq, envelope }) => [seq, envelope[0]])).toEqual(entries.map((_, n) => [n, n]))
        expect(entries).toHaveLength(12)
      })

      it('refuses an entry whose envelope is not the reserved one', async () => {
        const { ledger } = await newLog()
        const head = await ledger.head()
        await ledger.reserve('a', 'claim', bytes('reserved'))
        const entry = { seq: 0, identity: 'a', leaf: bytes('leaf'), envelope: bytes('another') }
        await expect(ledger.append(head, [entry], { ...head, size: 1 })).rejects.toThrow(EvidenceConflict)
        expect(await ledger.head()).toEqual(head)
      })

      it('appends nothing behind a head that somebody set back', async () => {
        const log = await newLog()
        await append(log, 'a')
        const back = await log.ledger.head()
        await append(log, 'b')
        await client.send(
          new PutItemCommand({
            TableName: log.table,
            Item: {
              pk: { S: `LOG#${logId}` },
              sk: { S: 'HEAD' },
              size: { N: `${back.size}` },
              root: { B: back.root },
              frontier: { L: back.frontier.map((B) => ({ B })) },
            },
          }),
        )
        await expect(append(log, 'c')).rejects.toThrow(EvidenceConflict)
        expect(await log.ledger.find('c')).not.toHaveProperty('seq')
        const entries = await Array.fromAsync(log.ledger.entries(0, 9))
        expect(entries.map(({ identity }) => identity)).toEqual(['a', 'b'])
      })

      it('does not believe an item that no writer of ours stored', async () => {
        const log = await newLog()
        const put = (sk: string, pk: string) =>
          client.send(new PutItemCommand({ TableName: log.table, Item: { pk: { S: pk }, sk: { S: sk } } }))
        await put('HEAD', `LOG#${logId}`)
        await put('a', `IDEM#${logId}`)
        await put('000000000000', `LOG#${logId}#E#0`)
        await put('000000000001', `LOG#${logId}#CP`)
        await expect(log.ledger.head()).rejects.toThrow(EvidenceConflict)
        await expect(log.ledger.find('a')).rejects.toThrow(EvidenceConflict)
        await expect(Array.fromAsync(log.ledger.entries(0, 1))).rejects.toThrow(EvidenceConflict)
        await expect(log.ledger.checkpoints()).rejects.toThrow(EvidenceConflict)
      })

      it('appends once when an answer is lost: the SDK repeats itself under the same token, a caller is told moved', async () => {
        const wire = await faultyWire(server.endpoint)
        const options = { ...smallCalls, ...server, endpoint: wire.endpoint }
        const clients = [new DynamoDBClient(options), new DynamoDBClient({ ...options, maxAttempts: 1 })]
        const log = await newLog()
        const [patient, plain] = clients.map((by) => ({
          ...log,
          ledger: dynamoLedger(by, { table: log.table, logId }),
        }))
        const atAppend = onlyAt(2, 'reply-lost')

        wire.plan(atAppend)
        expect(await append(patient!, 'a')).toBe('appended')
        expect(wire.requests).toEqual(['GetItem', 'PutItem', 'TransactWriteItems', 'TransactWriteItems'])
        const head = await log.ledger.head()
        wire.plan(atAppend)
        await expect(append(plain!, 'b')).rejects.toThrow(ServiceUnavailable)
        const entry = {
          seq: 1,
          identity: 'b',
          leaf: leafHash(bytes('envelope of b')),
          envelope: bytes('envelope of b'),
        }
        expect(await plain!.ledger.append(head, [entry], appendLeaves(head, [entry.leaf]))).toBe('moved')
        expect(await plain!.ledger.find('b')).toMatchObject({ seq: 1 })
        expect((await Array.fromAsync(log.ledger.entries(0, 9))).map(({ identity }) => identity)).toEqual(['a', 'b'])
        for (const client of clients) client.destroy()
        await wire.close()
      })

      it('keeps logs of one table apart', async () => {
        const log = await newLog()
        await append(log, 'a')
        const other = dynamoLedger(client, { table: log.table, logId: 'odv' })
        expect(await other.head()).toMatchObject({ size: 0 })
        expect(await other.find('a')).toBeUndefined()
        expect(await Array.fromAsync(other.entries(0, 9))).toEqual([])
      })

      it('says that a table is not there without quoting it', async () => {
        const missing = dynamoLedger(client, { table: 'no-such-table', logId })
        const error = await missing.find('somebody').catch((thrown) => thrown)
        expect(error).toBeInstanceOf(ServiceRefused)
        expect(error.message).toBe('ledger: find: expected to be served, got ResourceNotFoundException (HTTP 400)')
      })
    })
  })
