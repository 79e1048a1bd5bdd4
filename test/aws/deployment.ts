import { randomBytes } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { CreateKeyCommand, type KeySpec, KMSClient } from '@aws-sdk/client-kms'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Environment } from '../../lib/aws/environment.ts'
import type { Loopback } from '../support/ministack.ts'
import { newBucket } from './bucket/buckets.ts'
import { newTable } from './tables.ts'

async function newBus(server: Loopback): Promise<string> {
  const events = new EventBridgeClient(server)
  const Name = `odv-test-${randomBytes(6).toString('hex')}`
  await events.send(new CreateEventBusCommand({ Name }))
  events.destroy()
  return Name
}

/** Buckets, tables and keys as a deployment has them, without its policies, and what people handed in. */
export async function newDeployment(server: Loopback, intake: Record<string, string>): Promise<Environment> {
  const [dynamo, kms, s3] = [new DynamoDBClient(server), new KMSClient(server), new S3Client(server)]
  const newKey = async (KeySpec: KeySpec, KeyUsage: 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT') =>
    (await kms.send(new CreateKeyCommand({ KeySpec, KeyUsage }))).KeyMetadata!.Arn!
  const intakeBucket = await newBucket(s3)
  for (const [Key, Body] of Object.entries(intake))
    await s3.send(new PutObjectCommand({ Bucket: intakeBucket, Key, Body }))
  const environment: Environment = {
    region: server.region,
    stage: 'test',
    logId: 'odv-test',
    homeCountry: 'US',
    evidenceBucket: await newBucket(s3),
    anchorBucket: await newBucket(s3, { locked: true }),
    anchorAccount: '000000000000',
    anchorRegion: server.region,
    intakeBucket,
    ledgerTable: await newTable(dynamo),
    runStateTable: await newTable(dynamo),
    attestationKeys: [await newKey('ECC_NIST_P256', 'SIGN_VERIFY')],
    logKeys: [await newKey('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY')],
    caseKey: await newKey('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
    eventBus: await newBus(server),
    machines: 'arn:aws:states:us-east-1:000000000000:stateMachine:odv-test',
    offshoreReadRole: 'odv-test-offshore-read',
    offshoreDeleteRole: 'odv-test-offshore-delete',
    offshoreExternalId: 'odv-test',
    scanMemory: 1769,
  }
  for (const client of [dynamo, kms, s3]) client.destroy()
  return environment
}
