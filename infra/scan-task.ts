import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { wholeProcessor } from '../lib/inventory/call-capacity.ts'
import type { Template } from './decide-conditions.ts'

type Variable = { Name: string; Value: unknown }
type Container = { EntryPoint?: string[]; Command?: string[]; Environment?: Variable[] }

/** Text of the program that a scan task begins with. */
export function taskProgram(root: string): string {
  const source = readFileSync(join(root, 'infra/task-bootstrap.ts'), 'utf8')
  // In a template `${…}` would be taken for a parameter.
  const supported = { 'template-literal': false }
  return transformSync(source, { loader: 'ts', format: 'esm', target: 'node24', minify: true, supported }).code
}

/**
 * Writes into the task definition what it runs: the bundle of scan-batch that is packaged now, by its digest, with the environment
 * of the function, `seconds` for one call, and nobody to hand over to.
 */
export function completeScanTask(template: Template, root: string, seconds: string): void {
  const definition = template.Resources.ScanTaskDefinition
  if (definition === undefined) return
  const { Code, Environment } = template.Resources.ScanBatchLambdaFunction!.Properties as {
    Code: { S3Key: string }
    Environment: { Variables: Record<string, unknown> }
  }
  const bundle = readFileSync(join(root, '.build/scan-batch.zip'))
  const { NODE_OPTIONS: _, ...variables } = Environment.Variables
  const environment: Record<string, unknown> = {
    ...variables,
    AWS_REGION: { Ref: 'AWS::Region' },
    ODV_SCAN_TASKS: 'off',
    ODV_CALL_SECONDS: seconds,
    // A task has a processor of its own.
    ODV_SCAN_MEMORY: `${wholeProcessor}`,
    ODV_CODE_URL: {
      'Fn::Sub': `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/\${ServerlessDeploymentBucket}/${Code.S3Key}`,
    },
    ODV_CODE_SHA256: createHash('sha256').update(bundle).digest('hex'),
  }
  const [container] = definition.Properties!.ContainerDefinitions as [Container]
  container.EntryPoint = ['node']
  container.Command = ['--input-type=module', '--eval', taskProgram(root)]
  container.Environment = Object.entries(environment).map(([Name, Value]) => ({ Name, Value }))
}
