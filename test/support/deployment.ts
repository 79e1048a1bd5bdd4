import { setTimeout as pause } from 'node:timers/promises'
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { type Definition, machineNames } from '../statemachines/definitions.ts'
import type { Ministack } from './ministack.ts'
import type { Stack } from './stack.ts'
import { toMinistackTemplate } from './to-ministack.ts'

export type Ended = { status: string; output?: unknown; error?: string; cause?: string }

/** A deployed stage, used as its users use it: files are put into its intake bucket, executions started, bundles read. */
export async function openDeployment(server: Ministack, stack: Stack) {
  const [states, s3, lambda, kms] = [
    new SFNClient(server),
    new S3Client(server),
    new LambdaClient(server),
    new KMSClient(server),
  ]
  const outputs = await stack.outputs()
  const intake = outputs.IntakeBucketName!
  const evidence = outputs.EvidenceBucketName!
  const arnOf = (machine: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:odv-${stack.stage}-${machine}`

  async function end(executionArn: string, seconds: number): Promise<Ended> {
    for (const until = Date.now() + seconds * 1000; Date.now() < until; await pause(250)) {
      const { status, output, error, cause } = await states.send(new DescribeExecutionCommand({ executionArn }))
      if (status === 'SUCCEEDED') return { status, output: JSON.parse(output!) }
      if (status !== 'RUNNING') return { status: status!, error: error!, cause: cause! }
    }
    throw new Error(`${executionArn}: expected it to end within ${seconds} seconds`)
  }

  const definitionOf = async (stateMachineArn: string) => {
    const { definition } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }))
    return JSON.parse(definition!) as Definition
  }
  /** By ARN, as they were deployed. */
  const definitions = Object.fromEntries(
    await Promise.all(machineNames.map(arnOf).map(async (arn) => [arn, await definitionOf(arn)] as const)),
  )

  const deployment = {
    stage: stack.stage,
    outputs,
    definitions,
    arnOf,

    /** Updates the stack with what MiniStack can read; `tokenSeconds` is how long a custodian may take. */
    rewrite: (tokenSeconds: number) => stack.update((template) => toMinistackTemplate(template, tokenSeconds)),

    /** `key` as in `manifests/transfers.csv`. */
    async handIn(key: string, body: string | Uint8Array) {
      await s3.send(new PutObjectCommand({ Bucket: intake, Key: key, Body: body }))
    },

    async start(machine: string, name: string, input: unknown): Promise<string> {
      const started = await states.send(
        new StartExecutionCommand({ stateMachineArn: arnOf(machine), name, input: JSON.stringify(input) }),
      )
      return started.executionArn!
    },
    end,
    async execute(machine: string, name: string, input: unknown, seconds = 120): Promise<Ended> {
      return end(await deployment.start(machine, name, input), seconds)
    },

    /** Everything that the executions of the stage were told and said, state by state. */
    async histories(): Promise<HistoryEvent[]> {
      const events: HistoryEvent[] = []
      for (const stateMachineArn of Object.keys(definitions))
        for await (const { executions } of paginateListExecutions({ client: states }, { stateMachineArn }))
          for (const { executionArn } of executions!)
            for await (const page of paginateGetExecutionHistory({ client: states }, { executionArn }))
              events.push(...page.events!)
      return events
    },

    /** Calls a function; one that fails throws an error of the name that its log gives. */
    async invoke(name: string, payload: unknown): Promise<unknown> {
      const { FunctionError, Payload, LogResult } = await lambda.send(
        new InvokeCommand({
          FunctionName: `odv-${stack.stage}-${name}`,
          Payload: Buffer.from(JSON.stringify(payload)),
          LogType: 'Tail',
        }),
      )
      const answer = JSON.parse(Buffer.from(Payload!).toString() || 'null')
      if (FunctionError === undefined) return answer
      throw Object.assign(new Error(answer.errorMessage), { name: failureIn(LogResult!) })
    },

    /** Writes unless the key is taken, as every document is written. */
    async putDocument(key: string, body: Uint8Array | string) {
      await s3.send(new PutObjectCommand({ Bucket: evidence, Key: key, Body: body, IfNoneMatch: '*' }))
    },
    async document(key: string): Promise<Uint8Array> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: evidence, Key: key }))
      return Body!.transformToByteArray()
    },
    async documents(prefix: string): Promise<string[]> {
      const keys: string[] = []
      for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: evidence, Prefix: prefix }))
        keys.push(...Contents.map(({ Key }) => Key!))
      return keys
    },
    /** An exported bundle, path by path. */
    async bundle(exportId: string): Promise<Map<string, Uint8Array>> {
      const prefix = `exports/${exportId}/`
      const keys = await deployment.documents(prefix)
      const files = keys.map(async (key) => [key.slice(prefix.length), await deployment.document(key)] as const)
      return new Map(await Promise.all(files))
    },
    /** The public keys of the stage, in PEM, as KMS has them. */
    publicKeys: () =>
      Promise.all(
        [outputs.AttestationKeyArn!, outputs.LogKeyArn!].map(async (KeyId) => {
          const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }))
          const body = Buffer.from(PublicKey!)
            .toString('base64')
            .replace(/.{64}(?=.)/g, '$&\n')
          return `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`
        }),
      ),
  }
  return deployment
}

export type Deployment = Awaited<ReturnType<typeof openDeployment>>

/** The name of the error that ended a task. MiniStack gives all errors of functions the same type; the log tells them apart. */
function failureIn(tail: string): string {
  const lines = Buffer.from(tail, 'base64').toString().split('\n')
  const entries = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  return entries.find(({ message }) => message === 'task failed')?.error ?? 'Error'
}
