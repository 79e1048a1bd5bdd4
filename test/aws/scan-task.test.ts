import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { taskProgram } from '../../infra/scan-task.ts'
import { awsPorts } from '../../lib/aws/aws-ports.ts'
import type { Environment } from '../../lib/aws/environment.ts'
import { batchKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { scanBatch } from '../../lib/pipeline/scan-batch.ts'
import { taskInputOf } from '../statemachines/deployment.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { type Hands, inSlicesOf, openPlace } from '../support/pipeline.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred } from '../support/sample-files.ts'
import { bundledOnce } from '../support/serverless.ts'
import { quarterOf, someOf } from '../support/some-of.ts'
import { deployStack } from '../support/stack.ts'
import { newBucket } from './bucket/buckets.ts'
import { newDeployment } from './deployment.ts'

/**
 * What a container of a scan task runs, as a process of its own: the text of the task definition, which fetches the packaged
 * bundle with the credentials of a role, signed, and scans with it what one call is too short for. The container, Fargate and the
 * network around it are not run.
 */

const text = jsonRecords(numbers(2000).map((n) => (n === 1500 ? transferred(3) : somebodyElse(n))))
const body = gzipSync(text, { level: 0 })
const sliceBytes = 50_000
/** The slices of the one, and the other object. */
const batches = Math.ceil(body.length / sliceBytes) + 1

const { isLeftOut, note } = quarterOf(1)

describe.skipIf(withoutMinistack || isLeftOut)(`a scan task ${onMinistack}${note}`, () => {
  let server: Ministack
  let project: string
  let environment: Environment
  let intake: Record<string, string>
  let store: string
  let code: string
  let zip: Buffer
  let vault: Server
  beforeAll(async () => {
    server = await startMinistack({ strict: true })
    project = await bundledOnce()
    zip = readFileSync(join(project, '.build/scan-batch.zip'))
    vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint)
    vi.stubEnv('AWS_REGION', server.region)
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
    const s3 = new S3Client(server)
    store = await newBucket(s3)
    await s3.send(new PutObjectCommand({ Bucket: store, Key: 'big.gz', Body: body }))
    await s3.send(new PutObjectCommand({ Bucket: store, Key: 'small.txt', Body: 'nothing\n' }))
    const readRole = 'arn:aws:iam::000000000000:role/scan-batch'
    const config = {
      homeCountry: 'US',
      manifest: 'manifests/ids.csv',
      identifierCase: 'fold',
      stores: [
        {
          ...{ id: 'sg', country: 'SG', channel: { kind: 'none' } },
          s3: { bucket: store, region: server.region, endpoint: server.endpoint, readRole },
        },
      ],
    }
    intake = { 'config/odv.json': JSON.stringify(config), 'manifests/ids.csv': manifestText }
    const bucket = await newBucket(s3)
    // As Serverless names it, with what has to be escaped where it is signed.
    const Key = 'serverless/odv/dev/1795704690442-2026-11-26T14:51:30.442Z/scan-batch.zip'
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: zip }))
    code = `${server.endpoint}/${bucket}/${Key}`
    vault = await credentialsOf(server)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    vault?.close()
    await server?.stop()
  })

  /** Runs the program of the task definition in a bare Node with its environment; the exit code, and what it printed. */
  const runProgram = (input: string, more: Record<string, string> = {}) =>
    new Promise<{ code: number; printed: string }>((resolve) => {
      const names: Record<string, string> = Object.fromEntries(
        Object.entries(environment).map(([field, value]) => [
          `ODV_${field.replace(/[A-Z]/g, '_$&').toUpperCase()}`,
          String(value),
        ]),
      )
      const { port } = vault.address() as AddressInfo
      const variables = {
        ...names,
        PATH: process.env.PATH!,
        // What Fargate and the image give.
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/role`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'secret-of-the-agent',
        LAMBDA_TASK_ROOT: '/var/task',
        AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
        AWS_REGION: server.region,
        AWS_ENDPOINT_URL: server.endpoint,
        NODE_EXTRA_CA_CERTS: server.certificate!,
        ODV_SCAN_TASKS: 'off',
        ODV_CALL_SECONDS: '3600',
        ODV_CODE_URL: code,
        ODV_CODE_SHA256: createHash('sha256').update(zip).digest('hex'),
        POWERTOOLS_TRACE_ENABLED: 'false',
        ODV_TASK_INPUT: input,
        ...more,
      }
      execFile(
        process.execPath,
        ['--input-type=module', '--eval', taskProgram(project)],
        { env: variables },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), printed: stdout + stderr }),
      )
    })

  /** No time passes while a call reads, so what it refuses is what it computed beforehand. */
  const call: NonNullable<Hands['call']> = (task, ports, payload) => {
    if (task !== 'scan-batch') return inSlicesOf(sliceBytes)(task, ports, payload)
    const now = new Date()
    return scanBatch(Object.create(ports, { clock: { value: () => now } }), payload)
  }

  /** A whole run in this process, whose calls may read for `callSeconds`; scan tasks are processes of their own. */
  async function run(callSeconds: number, handsOver: boolean, more: Record<string, string> = {}) {
    const { evidenceBucket: _, ...names } = await newDeployment(server, intake)
    environment = { ...names, evidenceBucket: await newBucket(new S3Client(server)) }
    const ports = awsPorts({ ...environment, callSeconds, handsOver })
    const tasks: { code: number; printed: string }[] = []
    const runTask = async (given: Record<string, unknown>) => {
      const task = await runProgram(taskInputOf(given), more)
      tasks.push(task)
      if (task.code !== 0) throw Object.assign(new Error('exit code'), { name: 'States.TaskFailed' })
    }
    const place = await openPlace(() => ({ stores: [] }))
    const ended = await place.run({ ports, runTask, call })
    const reports: string[] = []
    for (let batch = 0; batch < batches; batch++) {
      const key = batchKey({ runId: ended.runId, storeId: 'sg', pass: 0 }, batch)
      if (!(await ports.evidence.has(key))) continue
      const lines = Buffer.from(await ports.evidence.get(key)).toString()
      reports[batch] = lines.slice(lines.indexOf('\n'))
    }
    return { ...ended, tasks, reports }
  }

  it('reports of a container that no call can read exactly what a call without end does', async () => {
    const [whole, handed] = [await run(1e9, false), await run(180.0001, true)]
    expect([whole.store, whole.tasks]).toEqual(['residual', []])
    expect(await whole.coverage(0)).toMatchObject({ findings: 1, bytesRead: body.length + 8 })
    expect(handed.tasks.map(({ code }) => code)).toEqual([0])
    expect(handed.store).toBe('residual')
    // Each deployment has a case key of its own.
    const untagged = (report: string) => report.replaceAll(/"tag":"[0-9a-f]+"/g, '')
    expect(handed.reports.map(untagged)).toEqual(whole.reports.map(untagged))
    expect(handed.reports).toHaveLength(batches)
  })

  it('is what a call says that would help, in a stage that has none', async () => {
    const { store, why, tasks, reports } = await run(180.0001, false)
    expect([store, why, tasks]).toEqual(['incomplete', expect.stringContaining('limit: 1 object version'), []])
    expect(reports.join('')).toContain('scan tasks have more time (README: taskSubnets, taskSeconds)')
  })

  it('ends with a limit in its report when its own time is too short', async () => {
    const { store, why, tasks } = await run(180.0001, true, { ODV_CALL_SECONDS: '180' })
    expect([store, why]).toEqual(['incomplete', expect.stringContaining('limit: 1 object version')])
    expect(tasks.map(({ code }) => code)).toEqual([0])
  })

  const faults: { name: string; more: Record<string, string> }[] = [
    { name: 'its code is not what was packaged', more: { ODV_CODE_SHA256: '0'.repeat(64) } },
    { name: 'it is given no credentials', more: { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'guessed' } },
    { name: 'its code is not there', more: { ODV_CODE_URL: 'https://127.0.0.1:1/none' } },
    { name: 'it does not know where it is', more: { ODV_EVIDENCE_BUCKET: '' } },
  ]
  it.each(someOf(6, faults))(
    'fails, is begun three times, and leaves the batch not scanned when $name',
    async ({ more }) => {
      const { store, why, tasks, reports } = await run(180.0001, true, more)
      expect(tasks.map(({ code }) => code)).toEqual([1, 1, 1])
      expect([store, why]).toEqual(['incomplete', expect.stringContaining('not-scanned: 1 object version')])
      expect(reports[0]).toBeUndefined()
    },
  )

  it('prints no identifier and no name of an object', async () => {
    const { tasks } = await run(180.0001, true)
    const printed = tasks.map((task) => task.printed).join('')
    expect(printed).toContain('scan task ended')
    expect([transferred(3), 'big.gz'].filter((told) => printed.includes(told))).toEqual([])
  })

  it('has its cluster, definition, role, logs and security group in a stage that is deployed with subnets', async () => {
    const params = { taskSubnets: 'subnet-0a1b2c3d,subnet-1a1b2c3d', taskVpc: 'vpc-0a1b2c3d' }
    const stack = await deployStack(server, 'tasks', params)
    try {
      const resources = await stack.resources()
      expect(resources.map(({ LogicalResourceId }) => LogicalResourceId!).sort()).toEqual(
        Object.keys(stack.template().Resources).sort(),
      )
      const own = resources.filter(({ LogicalResourceId }) => LogicalResourceId!.startsWith('ScanTask'))
      expect(own.map(({ ResourceStatus }) => ResourceStatus)).toEqual(
        Array(5).fill(expect.stringMatching(/^(CREATE|UPDATE)_COMPLETE$/)),
      )
    } finally {
      stack.close()
    }
  })
})

/** What the agent of ECS gives a container: the credentials of a role, to whoever has the token. */
async function credentialsOf(server: Ministack): Promise<Server> {
  const client = new CloudFormationClient(server)
  const RoleName = 'scan-batch'
  const allow = (Statement: object) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...Statement }] })
  const Properties = {
    RoleName,
    AssumeRolePolicyDocument: allow({ Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
    Policies: [
      { PolicyName: 'own', PolicyDocument: allow({ Action: ['s3:*', 'kms:*', 'sts:AssumeRole'], Resource: '*' }) },
    ],
  }
  const StackName = 'role'
  const TemplateBody = JSON.stringify({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties } } })
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'] }))
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName })
  const RoleArn = `arn:aws:iam::000000000000:role/${RoleName}`
  const { Credentials } = await new STSClient(server).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'task' }))
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials!
  const answer = JSON.stringify({ RoleArn, AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration })
  const vault = createServer((request, response) => {
    const known = request.url === '/role' && request.headers.authorization === 'secret-of-the-agent'
    response.writeHead(known ? 200 : 403, { 'content-type': 'application/json' }).end(known ? answer : '{}')
  })
  await new Promise<void>((resolve) => vault.listen(0, '127.0.0.1', resolve))
  return vault
}
