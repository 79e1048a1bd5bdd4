import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { byCfnLint, findingsIn, withoutCfnLint } from './cfn-lint.ts'
import type { Template } from './intrinsics.ts'
import { packageProject } from './packaged.ts'

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

describe.skipIf(withoutCfnLint)(byCfnLint, () => {
  const found: Record<string, string[]> = {}
  beforeAll(async () => {
    const stages = ['dev', 'prod']
    const packaged = await Promise.all(stages.map((stage) => packageProject(stage)))
    const spoilt = structuredClone(packaged[0]!.template)
    for (const { breaks } of broken) breaks(spoilt)
    const findings = findingsIn(...packaged.map(({ template }) => template), spoilt)
    for (const [at, name] of [...stages, 'spoilt'].entries()) found[name] = findings[at]!
  })

  it.each(['dev', 'prod'])('finds nothing in the template of stage %s', (stage) => {
    expect(found[stage]).toEqual([])
  })

  it('finds nothing in what others deploy in their accounts, as the files are', () => {
    const files = ['offshore-roles', 'anchor-account'].map((name) =>
      join(import.meta.dirname, `../../infra/${name}.yml`),
    )
    expect(findingsIn(...files)).toEqual([[], []])
  })

  it.each(broken)('finds $name', ({ finding }) => {
    expect(found.spoilt).toContainEqual(expect.stringMatching(finding))
  })
})
