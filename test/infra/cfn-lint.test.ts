import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byCfnLint, findingsIn, withoutCfnLint } from './cfn-lint.ts'
import type { Template } from './intrinsics.ts'
import { type Packaged, packageProject } from './packaged.ts'

describe.skipIf(withoutCfnLint)(byCfnLint, () => {
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
