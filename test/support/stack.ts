import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type StackResourceSummary,
  UpdateStackCommand,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { account, type Template } from '../infra/intrinsics.ts'
import type { Ministack } from './ministack.ts'
import { copyProject } from './serverless.ts'

/** One stage, deployed as a user deploys it: `npx serverless deploy --stage S`, with the endpoint of the server. */
export type Stack = {
  stage: string
  /** As it was deployed last. */
  template(): Template
  status(): Promise<string>
  outputs(): Promise<Record<string, string>>
  resources(): Promise<StackResourceSummary[]>
  /** `params` as `--param` takes them. */
  deploy(params?: Record<string, string>): Promise<void>
  /** Changes the deployed template, and waits for the stack to follow. */
  update(change: (template: Template) => Template): Promise<void>
  /** `npx serverless remove --stage S`. */
  removeStack(): Promise<void>
  /** Frees the directory it was deployed from. */
  close(): void
}

export async function deployStack(server: Ministack, stage: string, params?: Record<string, string>): Promise<Stack> {
  const client = new CloudFormationClient(server)
  const StackName = `odv-${stage}`
  const project = await copyProject()
  const serverless = (command: string, given: Record<string, string> = {}) =>
    project.serverless(
      [command, '--stage', stage, ...Object.entries(given).flatMap(([name, value]) => ['--param', `${name}=${value}`])],
      {
        env: {
          AWS_ENDPOINT_URL: server.endpoint,
          AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
          ...(server.certificate && { NODE_EXTRA_CA_CERTS: server.certificate }),
          // Otherwise Serverless looks every five seconds whether the stack is there.
          SLS_AWS_MONITORING_FREQUENCY: '200',
        },
      },
    )
  const described = async () => (await client.send(new DescribeStacksCommand({ StackName }))).Stacks![0]!
  const stack: Stack = {
    stage,
    template: () =>
      JSON.parse(
        readFileSync(join(project.directory, '.serverless/cloudformation-template-update-stack.json'), 'utf8'),
      ),
    status: async () => (await described()).StackStatus!,
    outputs: async () =>
      Object.fromEntries((await described()).Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!])),
    async resources() {
      const listed: StackResourceSummary[] = []
      for await (const { StackResourceSummaries } of paginateListStackResources({ client }, { StackName }))
        listed.push(...StackResourceSummaries!)
      return listed
    },
    async deploy(given) {
      await serverless('deploy', given)
    },
    async update(change) {
      const { ServerlessDeploymentBucketName: Bucket } = await stack.outputs()
      const Key = 'changed-template.json'
      await new S3Client(server).send(
        new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(change(stack.template())) }),
      )
      const TemplateURL = `https://s3.amazonaws.com/${Bucket}/${Key}`
      await client.send(new UpdateStackCommand({ StackName, TemplateURL, Capabilities: ['CAPABILITY_NAMED_IAM'] }))
      await waitUntilStackUpdateComplete({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { StackName })
    },
    async removeStack() {
      await serverless('remove')
    },
    close: project.remove,
  }
  await stack.deploy(params)
  return stack
}

/** What `resolve` makes of a template in an imagined account, in the one of the server: with its account and keys. */
// biome-ignore lint/suspicious/noExplicitAny: what comes out has the shape of what went in
export function asDeployed(resolved: any, physical: Record<string, string>): any {
  const text = JSON.stringify(resolved).replaceAll(account, '000000000000')
  return JSON.parse(text.replace(/:key\/(\w+)/g, (_, id: string) => `:key/${physical[id]}`))
}
