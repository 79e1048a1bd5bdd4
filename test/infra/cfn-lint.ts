import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { isInstalled } from '../support/is-installed.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { resourcesOf, type Template } from './intrinsics.ts'

/**
 * PyPI's `cfn-lint`, found by `ODV_CFN_LINT` or on the PATH. CI must have it; elsewhere the suite says that it was
 * skipped.
 */
const executable = process.env.ODV_CFN_LINT ?? 'cfn-lint'
const there = isInstalled(executable)
if (!there && process.env.CI === 'true')
  throw new Error('cfn-lint is not on this machine: CI needs it (pip install cfn-lint, or ODV_CFN_LINT)')

type Finding = { Filename: string; Rule: { Id: string }; Message: string; Location: { Path: (string | number)[] } }

/**
 * Everything that cfn-lint finds in each of these templates, or files as they lie there; one process for all, since half of what one takes is its start. It takes the `${Partition}` of a definition for the name of a partition and calls it
 * E3601, a false alarm: the substitution that CloudFormation makes of it is made before.
 */
export function findingsIn(...templates: readonly (Template | string)[]): string[][] {
  const directory = scratchDirectory()
  const files = templates.map((template, at) => {
    if (typeof template === 'string') return template
    const copy = structuredClone(template)
    for (const [, { Properties }] of resourcesOf(copy, 'AWS::StepFunctions::StateMachine'))
      Properties.DefinitionString = Properties.DefinitionString.replaceAll(`\${Partition}`, 'aws')
    const file = join(directory, `template-${at}.json`)
    writeFileSync(file, JSON.stringify(copy))
    return file
  })
  const { stdout, stderr } = spawnSync(executable, ['--format', 'json', '--regions', 'us-east-1', '--', ...files], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const found = JSON.parse(stdout) as Finding[]
  expect(found.map(({ Filename }) => Filename).filter((file) => !files.includes(file))).toEqual([])
  return files.map((file) =>
    found
      .filter(({ Filename }) => Filename === file)
      .map(({ Rule, Location, Message }) => `${Rule.Id} ${Location.Path.join('/')}: ${Message}`)
      .filter((finding) => !excepted.some(({ exactly }) => exactly.test(finding))),
  )
}

const excepted = [
  {
    reason: 'its schema of definitions knows TimeoutSeconds of JSONPath only; in JSONata it may be an expression',
    exactly:
      /^E3601 Resources\/VerifyStoreStateMachine\/Properties\/DefinitionString\/States\/AwaitCustodian\/TimeoutSeconds: '\{% \$seconds %\}' is not of type 'number' /,
  },
  {
    reason: 'the same of a scan task',
    exactly:
      /^E3601 Resources\/ScanStoreStateMachine\/Properties\/DefinitionString\/States\/ScanBatches\/ItemProcessor\/States\/ScanBatchInTask\/TimeoutSeconds: '\{% \$number\(\$states\.input\.seconds\) \+ 900 %\}' is not of type 'number' /,
  },
  {
    reason: 'the same of MaxConcurrency',
    exactly:
      /^E3601 Resources\/ScanStoreStateMachine\/Properties\/DefinitionString\/States\/ScanBatches\/MaxConcurrency: '\{% \$concurrency %\}' is not of type 'number' /,
  },
  {
    reason: 'Serverless writes that a function depends on its role, which is so anyhow',
    exactly: /^W3005 Resources\/(\w+)LambdaFunction\/DependsOn\/1: '\1Role' dependency already enforced /,
  },
]

export const withoutCfnLint = !there

/** Behind the title of a suite that `describe.skipIf(withoutCfnLint)` may skip. */
export const byCfnLint = there
  ? 'cfn-lint'
  : 'cfn-lint (skipped: cfn-lint is not on this machine; pip install cfn-lint, or set ODV_CFN_LINT)'
