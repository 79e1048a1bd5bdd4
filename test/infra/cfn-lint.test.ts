import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchDirectory } from '../support/scratch.ts'
import { resourcesOf, type Template } from './intrinsics.ts'
import { type Packaged, packageProject } from './packaged.ts'

/**
 * PyPI's `cfn-lint`, found by `ODV_CFN_LINT` or on the PATH. CI must have it; elsewhere the suite says that it was
 * skipped.
 */
const executable = process.env.ODV_CFN_LINT ?? 'cfn-lint'
const there = spawnSync(executable, ['--version'], { stdio: 'ignore' }).status === 0
if (!there && process.env.CI === 'true')
  throw new Error('cfn-lint is not on this machine: CI needs it (pip install cfn-lint, or ODV_CFN_LINT)')

type Finding = { Rule: { Id: string }; Message: string; Location: { Path: (string | number)[] } }

/**
 * Everything that cfn-lint finds. It takes the `${Partition}` of a definition for the name of a partition and calls it
 * E3601, a false alarm: the substitution that CloudFormation makes of it is made before.
 */
function findingsIn(template: Template): string[] {
  const copy = structuredClone(template)
  for (const [, { Properties }] of resourcesOf(copy, 'AWS::StepFunctions::StateMachine'))
    Properties.DefinitionString = Properties.DefinitionString.replaceAll(`\${Partition}`, 'aws')
  const file = join(scratchDirectory(), 'template.json')
  writeFileSync(file, JSON.stringify(copy))
  const { stdout, stderr } = spawnSync(executable, ['--format', 'json', '--regions', 'us-east-1', '--', file], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return (JSON.parse(stdout) as Finding[])
    .map(({ Rule, Location, Message }) => `${Rule.Id} ${Location.Path.join('/')}: ${Message}`)
    .filter((finding) => !excepted.some(({ exactly }) => exactly.test(finding)))
}

const excepted = [
  {
    reason: 'its schema of definitions knows TimeoutSeconds of JSONPath only; in JSONata it may be an expression',
    exactly:
      /^E3601 Resources\/VerifyStoreStateMachine\/Properties\/DefinitionString\/States\/AwaitCustodian\/TimeoutSeconds: '\{% \$seconds %\}' is not of type 'number' /,
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

const title = there
  ? 'cfn-lint'
  : 'cfn-lint (skipped: cfn-lint is not on this machine; pip install cfn-lint, or set ODV_CFN_LINT)'

describe.skipIf(!there)(title, () => {
  const packaged: Record<string, Packaged> = {}
  beforeAll(async () => {
    await Promise.all(
      ['dev', 'prod'].map(async (stage) => {
        packaged[stage] = await packageProject(stage)
      }),
    )
  })
  afterAll(() => {
    for (const each of Object.values(packaged)) each.remove()
  })

  it.each(['dev', 'prod'])('finds nothing in the template of stage %s', (stage) => {
    expect(findingsIn(packaged[stage]!.template)).toEqual([])
  })

  const broken: { name: string; breaks(template: Template): void; finding: RegExp }[] = [
    {
      name: 'a property that does not exist',
      breaks: ({ Resources }) => {
        Resources.EvidenceBucket!.Properties.Versioned = true
      },
      finding: /^E3002 Resources\/EvidenceBucket\/Properties\/Versioned: /,
    },
    {
      name: 'a state without a resource',
      breaks: ({ Resources }) => {
        const { Properties } = Resources.VerifyRunStateMachine!
        Properties.DefinitionString = Properties.DefinitionString.replace('"Resource"', '"Recourse"')
      },
      finding: /^E3601 Resources\/VerifyRunStateMachine\//,
    },
  ]

  it.each(broken)('finds $name', ({ breaks, finding }) => {
    const template = structuredClone(packaged.dev!.template)
    breaks(template)
    expect(findingsIn(template)).toContainEqual(expect.stringMatching(finding))
  })
})
