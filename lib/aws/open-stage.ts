import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { callFunction } from './call-function.ts'
import { bulkCalls, smallCalls } from './client-options.ts'
import { namesOf, type StageOf } from './deployment-names.ts'
import { describeFailure } from './describe-failure.ts'
import { dynamoLedger } from './dynamo-ledger.ts'
import { dynamoRunState } from './dynamo-run-state.ts'
import { kmsCaseKey } from './kms-case-key.ts'
import { hasKey, kmsAttestationSigner, kmsLogSigner } from './kms-signers.ts'
import { s3Evidence } from './s3-evidence.ts'
import { s3Intake } from './s3-intake.ts'
import { s3LargeEvidence } from './s3-large-evidence.ts'
import { stepFunctionsExecutions } from './step-functions-executions.ts'

/** A function may take 15 minutes: one that searches words for everybody in scope fetches their index first. */
const functionCalls = { ...smallCalls, requestHandler: { ...smallCalls.requestHandler, requestTimeout: 920_000 } }

/** What a person reaches of a deployed stage, with their own rights. Clients connect when they are used. */
export function openStage(where: StageOf) {
  const names = namesOf(where)
  const { region } = where
  const s3 = new S3Client({ ...bulkCalls, region })
  const dynamo = new DynamoDBClient({ ...smallCalls, region })
  const kms = new KMSClient({ ...smallCalls, region })
  const lambda = new LambdaClient({ ...functionCalls, region })
  const stepFunctions = new SFNClient({ ...smallCalls, region })
  const evidence = s3Evidence(s3, names.evidenceBucket)
  const call = (name: string, payload: unknown) => callFunction(lambda, names, name, payload)
  return {
    names,
    ports: {
      evidence,
      largeEvidence: s3LargeEvidence(s3, names.evidenceBucket, join(tmpdir(), 'odv-evidence')),
      runState: dynamoRunState(dynamo, names.runStateTable),
      ledger: dynamoLedger(dynamo, { table: names.ledgerTable, logId: names.logId }),
      caseKey: kmsCaseKey(kms, evidence, { keyId: names.caseKey, deployment: names.logId }),
      attestationSigner: kmsAttestationSigner(kms, names.attestationKey),
      logSigner: kmsLogSigner(kms, names.logKey),
    },
    executions: stepFunctionsExecutions(stepFunctions, names.machines),
    /** Whether there is a key of this number. One that is not in force any more may be disabled, and is not asked for. */
    hasKey: (kind: 'attestation' | 'log', number: number) =>
      hasKey(kms, { attestation: names.attestationKey, log: names.logKey }[kind](number)),
    describeFailure: (failed: Parameters<typeof describeFailure>[0]) => describeFailure(failed, names),
    call,
    intake: s3Intake({ s3, lambda, names }),
    close() {
      for (const client of [s3, dynamo, kms, lambda, stepFunctions]) client.destroy()
    },
  }
}
