import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionNames } from '../../infra/bundle.ts'
import { formatZip } from '../../infra/zip.ts'
import { dutyMatrix } from '../infra/duty-matrix.ts'
import { openDeployment } from '../support/deployment.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { quarterOf } from '../support/some-of.ts'
import { deployStack, type Stack } from '../support/stack.ts'
import type { Places } from './duty-probe.ts'

/**
 * Whether the roles, key policies and bucket policies keep duties apart is judged elsewhere by an evaluation of our own, for
 * every request (test/infra/duties.test.ts). Here an evaluation that is not ours judges real calls: a function with the
 * role of each function tries what it may and what it must not.
 */

const root = `${import.meta.dirname}/../..`
const roles = functionNames(root)
const duties = [
  'sign an attestation',
  'sign a checkpoint',
  'make the case key',
  'unwrap the case key',
  'read the ledger',
  'delete LOG#odv-dev',
  'anchor a checkpoint',
  's3:DeleteObject in the evidence bucket',
  'read a transfer manifest',
  'read the configuration',
]

const { isLeftOut, note } = quarterOf(2)

describe.skipIf(withoutMinistack || isLeftOut)(`duties of deployed roles ${onMinistack}${note}`, () => {
  let server: Ministack
  let stack: Stack
  let allowed: Record<string, string[]>
  beforeAll(async () => {
    server = await startMinistack({ strict: true })
    stack = await deployStack(server, 'duties')
    const deployment = await openDeployment(server, stack)
    await deployment.rewrite(60)
    await deployment.handIn('manifests/transfers.csv', 'userId\n')
    await deployment.handIn('config/odv.json', '{}')
    await deployment.putDocument('runs/r1/kept', 'kept')
    const { outputs } = deployment
    const ids = Object.fromEntries(
      (await stack.resources()).map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId,
        PhysicalResourceId!,
      ]),
    )
    const places: Places = {
      attestationKey: outputs.AttestationKeyArn!,
      logKey: outputs.LogKeyArn!,
      caseKey: ids.CaseKey!,
      evidence: outputs.EvidenceBucketName!,
      anchor: outputs.AnchorBucketName!,
      intake: outputs.IntakeBucketName!,
      ledger: outputs.LedgerTableName!,
    }
    const ZipFile = await probe()
    allowed = {}
    // One after the other: MiniStack once failed where a function was made while another one began.
    for (const role of roles) allowed[role] = await tryAs(server, role, ZipFile, places)
  })
  afterAll(async () => {
    stack?.close()
    await server?.stop()
  })

  it.each(duties)('to %s: those that have it in the matrix, and no other', (duty) => {
    const holders = dutyMatrix.find((each) => each.duty === duty)!.roles
    // No function can be given a role that people take on: what these may is tried elsewhere (deployed-store-run, command-line).
    const ofFunctions = holders.filter((role) => roles.includes(role))
    expect(roles.filter((role) => allowed[role]!.includes(duty))).toEqual(ofFunctions)
  })
})

async function probe(): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/duty-probe.ts`],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  })
  return formatZip([{ name: 'index.mjs', bytes: outputFiles[0]!.contents }])
}

async function tryAs(server: Ministack, role: string, ZipFile: Buffer, places: Places): Promise<string[]> {
  const lambda = new LambdaClient(server)
  const FunctionName = `try-${role}`
  const Role = `arn:aws:iam::000000000000:role/odv-duties-${role}`
  await lambda.send(
    new CreateFunctionCommand({
      ...{ FunctionName, Role, Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 60, Code: { ZipFile } },
    }),
  )
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60 }, { FunctionName })
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(places)) }),
  )
  const answer = Buffer.from(Payload!).toString()
  if (FunctionError) throw new Error(`${role}: expected an answer, got ${answer}`)
  return JSON.parse(answer)
}
