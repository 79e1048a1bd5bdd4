import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { bulkCalls, smallCalls } from '../../lib/aws/client-options.ts'
import { dynamoLedger } from '../../lib/aws/dynamo-ledger.ts'
import { calling, faultOf } from '../../lib/aws/faults.ts'
import { s3Evidence } from '../../lib/aws/s3-evidence.ts'
import { EvidenceConflict, ServiceRefused, ServiceUnavailable } from '../../lib/errors.ts'

const secret = 'runs/7100000000000000001/user@example.com'
const fault = (fields: object) => Object.assign(new Error(`no such key: ${secret}`), fields)
const http = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } })

describe('a fault of the SDK', () => {
  const outages = [
    { name: 'ThrottlingException', ...http(400) },
    { name: 'ProvisionedThroughputExceededException', ...http(400) },
    { name: 'RequestLimitExceeded', ...http(400) },
    { name: 'SlowDown', ...http(503) },
    { name: 'TransactionInProgressException', ...http(400) },
    { name: 'InternalServerError', ...http(500) },
    { name: 'ServiceUnavailable', ...http(503) },
    { name: 'Unknown', ...http(502) },
    { name: 'Whatever', ...http(429) },
    { name: 'Whatever', $retryable: {}, ...http(400) },
    { name: 'KMSInternalException', ...http(500) },
    { name: 'ExpiredTokenException', ...http(400) },
    { name: 'RequestTimeout', ...http(400) },
    { name: 'TimeoutError' },
    ...['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].map((code) => ({ code })),
    { name: 'Error', cause: fault({ code: 'ECONNRESET' }) },
  ]
  for (const fields of outages)
    it(`is an outage, to be tried again: ${inspect(fields, { breakLength: 200 }).replace(/\n.*/s, ' …')}`, () => {
      expect(faultOf('place', fault(fields))).toBeInstanceOf(ServiceUnavailable)
    })

  const refusals = [
    { name: 'AccessDeniedException', ...http(400) },
    { name: 'AccessDenied', ...http(403) },
    { name: 'ValidationException', ...http(400) },
    { name: 'ResourceNotFoundException', ...http(400) },
    { name: 'NoSuchBucket', ...http(404) },
    { name: 'TypeError' },
    { name: 'CredentialsProviderError' },
  ]
  for (const fields of refusals)
    it(`is final: ${fields.name}`, () => {
      expect(faultOf('place', fault(fields))).toBeInstanceOf(ServiceRefused)
    })

  it('is told by its code and status, never by its text; the text stays in the cause', () => {
    for (const fields of [...outages, ...refusals]) {
      const cause = fault(fields)
      const error = faultOf('ledger: find', cause)
      expect(error.message).toMatch(/^ledger: find: expected [a-z ]+, got [A-Za-z_]+( \(HTTP \d+\))?$/)
      expect(String(error.stack)).not.toContain(secret)
      expect(error.cause).toBe(cause)
      expect(JSON.stringify({ ...error })).not.toContain(secret)
    }
  })

  it('is not told by a code that is no word', () => {
    expect(faultOf('place', fault({ name: secret })).message).toBe('place: expected to be served, got a fault')
    expect(faultOf('place', fault({ name: 'Error', code: secret })).message).toContain('got Error')
    expect(faultOf('place', secret).message).toBe('place: expected to be served, got a fault')
  })

  it('that is one of ours passes as it is', async () => {
    const ours = new EvidenceConflict('ledger: it does not hold')
    await expect(calling('place', () => Promise.reject(ours))).rejects.toBe(ours)
    expect(await calling('place', async () => 7)).toBe(7)
  })
})

describe('a service that accepts connections and says nothing', () => {
  it('is given up within the time of the shortest function, all attempts together', () => {
    const { maxAttempts, requestHandler: small } = smallCalls
    const { requestHandler: bulk } = bulkCalls
    // The SDK waits at most a second, two and four between attempts.
    expect(maxAttempts * (small.connectionTimeout + small.requestTimeout) + 7_000).toBeLessThan(60_000)
    expect(maxAttempts * (bulk.connectionTimeout + bulk.socketTimeout) + 7_000).toBeLessThan(60_000)
  })

  it('is an outage', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const silent = {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 2,
    }
    const dynamo = new DynamoDBClient({
      ...smallCalls,
      ...silent,
      requestHandler: { ...smallCalls.requestHandler, requestTimeout: 200 },
    })
    const s3 = new S3Client({
      ...bulkCalls,
      ...silent,
      requestHandler: { ...bulkCalls.requestHandler, socketTimeout: 200 },
    })
    try {
      const ledger = dynamoLedger(dynamo, { table: 'table', logId: 'log' })
      await expect(ledger.head()).rejects.toThrow('ledger: head: expected an answer, got')
      await expect(s3Evidence(s3, 'bucket').get('a')).rejects.toThrow('evidence: get: expected an answer, got')
      await expect(s3Evidence(s3, 'bucket').put('a', 'text')).rejects.toThrow(ServiceUnavailable)
    } finally {
      dynamo.destroy()
      s3.destroy()
      server.closeAllConnections()
      server.close()
    }
  })
})
