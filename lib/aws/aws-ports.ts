import { randomBytes } from 'node:crypto'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { KMSClient } from '@aws-sdk/client-kms'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SFNClient } from '@aws-sdk/client-sfn'
import { httpAuthorities } from '../ask-authority.ts'
import { functionSeconds } from '../inventory/call-capacity.ts'
import type { Ports } from '../ports.ts'
import { tool } from '../tool.ts'
import { type BucketAccess, bucketsFor } from './bucket/bucket-client.ts'
import { s3Deletions } from './bucket/s3-deletion.ts'
import { s3Stores } from './bucket/s3-store.ts'
import { storeSecrets } from './bucket/store-secrets.ts'
import { bulkCalls, smallCalls } from './client-options.ts'
import { dynamoLedger } from './dynamo-ledger.ts'
import { dynamoRunState } from './dynamo-run-state.ts'
import type { Environment } from './environment.ts'
import { eventBus } from './event-bus.ts'
import { kmsCaseKey } from './kms-case-key.ts'
import { kmsRetirement } from './kms-retirement.ts'
import { keyIdsIn, kmsAttestationSigner, kmsLogSigner } from './kms-signers.ts'
import { lazily } from './lazily.ts'
import { s3Anchor } from './s3-anchor.ts'
import { s3Configuration } from './s3-configuration.ts'
import { s3Evidence } from './s3-evidence.ts'
import { s3LargeEvidence } from './s3-large-evidence.ts'
import { s3Manifests } from './s3-manifests.ts'
import { s3Timestamps } from './s3-timestamps.ts'
import { executionArn, stepFunctionsExecutions } from './step-functions-executions.ts'
import { stepFunctionsTokens } from './step-functions-tokens.ts'

type StorePorts = Pick<Ports, 'stores' | 'storeDeletions'>

/**
 * Every port on AWS. A function makes the clients of those that it uses, and no other: its role has no right to more.
 * The meter counts nothing here: what a task did is in its result, and how far a run has come is for Step Functions to say.
 */
export function awsPorts(environment: Environment, given: Partial<StorePorts> = {}): Ports {
  const { evidenceBucket, intakeBucket, homeCountry, logId } = environment
  const anchor = { bucket: environment.anchorBucket, owner: environment.anchorAccount }
  const clients = lazily({
    s3: () => new S3Client(bulkCalls),
    anchor: () => new S3Client({ ...bulkCalls, region: environment.anchorRegion }),
    dynamo: () => new DynamoDBClient(smallCalls),
    kms: () => new KMSClient(smallCalls),
    stepFunctions: () => new SFNClient(smallCalls),
    secrets: () => new SecretsManagerClient(smallCalls),
    eventBridge: () => new EventBridgeClient(smallCalls),
  })
  const keyIds = {
    attestation: keyIdsIn(environment.attestationKeys, 'attestation', 'params.attestationKeys'),
    log: keyIdsIn(environment.logKeys, 'log', 'params.logKeys'),
  }
  const access = accessOf(environment, () => clients.secrets)
  const ports: Ports = lazily<Ports>({
    clock: () => () => new Date(),
    random: () => (bytes) => new Uint8Array(randomBytes(bytes)),
    meter: () => ({ add: () => {} }),
    callSeconds: () => environment.callSeconds ?? functionSeconds,
    scanMemory: () => environment.scanMemory,
    handsOver: () => environment.handsOver ?? false,
    // A function or a task does one thing at a time, and asks for every part of a stream: to count cores takes as long as to look at 100 KB.
    hasSpareCore() {
      const cores = availableParallelism()
      return () => cores > 1
    },
    configuration: () => s3Configuration(clients.s3, intakeBucket, homeCountry),
    manifests: () => ({
      ...s3Manifests(clients.s3, intakeBucket),
      // Each one that is handed in has a name of its own (`odv config --aws --manifest`).
      inForce: async () => (await ports.configuration.read()).manifest,
    }),
    evidence: () => s3Evidence(clients.s3, evidenceBucket),
    largeEvidence: () => s3LargeEvidence(clients.s3, evidenceBucket, join(tmpdir(), 'odv-evidence')),
    caseKey: () => kmsCaseKey(clients.kms, ports.evidence, { keyId: environment.caseKey, deployment: logId }),
    stores: () => given.stores ?? s3Stores(access),
    storeDeletions: () => given.storeDeletions ?? s3Deletions(bucketsFor('delete', access)),
    runState: () => dynamoRunState(clients.dynamo, environment.runStateTable),
    taskTokens: () => stepFunctionsTokens(clients.stepFunctions),
    executions: () => stepFunctionsExecutions(clients.stepFunctions, environment.machines),
    events: () => eventBus(clients.eventBridge, environment.eventBus),
    ledger: () => dynamoLedger(clients.dynamo, { table: environment.ledgerTable, logId }),
    anchor: () => s3Anchor(clients.anchor, anchor),
    timestamps: () => s3Timestamps(clients.anchor, anchor),
    authorities: () => httpAuthorities(),
    attestationSigner: () => kmsAttestationSigner(clients.kms, keyIds.attestation),
    logSigner: () => kmsLogSigner(clients.kms, keyIds.log),
    keyRetirement: () => kmsRetirement(clients.kms, keyIds),
    keyProtection: () => 'kms',
    tool: () => tool,
    region: () => environment.region,
    executionOf: () => (runId) => executionArn(environment.machines, 'verify-run', runId),
  })
  return ports
}

/**
 * Roles of these names in the accounts of the stores trust this deployment, with its external ID; stores that are not
 * AWS's are reached with its secrets.
 */
function accessOf(environment: Environment, secrets: () => SecretsManagerClient): BucketAccess {
  const { region, logId, offshoreReadRole, offshoreDeleteRole, offshoreExternalId } = environment
  return {
    region,
    roleNames: { read: offshoreReadRole, delete: offshoreDeleteRole },
    externalId: offshoreExternalId,
    secret: storeSecrets(secrets, logId, () => new Date()),
  }
}
