import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate'
import validateAsl from 'asl-validator'
import jsonata from 'jsonata'
import { afterAll, describe, expect, it } from 'vitest'
import { knownFunctions } from '../../lib/local/asl/expression.ts'
import { type Definition, machineNames, readDefinition, readDeployed, textsOf } from './definitions.ts'

/** The ways a definition goes wrong that a validator has to see, or its silence would say nothing. */
const broken: { name: string; breaks(definition: Definition): void }[] = [
  {
    name: 'no start',
    breaks: (definition) => {
      Reflect.deleteProperty(definition, 'StartAt')
    },
  },
  {
    name: 'a field of JSONPath',
    breaks: (definition) => {
      Object.values(definition.States).find(({ Type }) => Type === 'Task')!.ResultPath = '$.x'
    },
  },
]

describe('asl-validator', () => {
  it.each(machineNames)('accepts %s', (name) => {
    const { isValid, errorsText } = validateAsl(readDeployed(name))
    expect({ isValid, text: errorsText('\n') }).toEqual({ isValid: true, text: '' })
  })

  it.each(broken)('refuses $name', ({ breaks }) => {
    const definition = readDeployed('verify-store')
    breaks(definition)
    expect(validateAsl(definition).isValid).toBe(false)
  })
})

describe("AWS's own validator", () => {
  const folder = mkdtempSync(join(tmpdir(), 'odv-validators-'))
  const engine = new RegoEngine()
  afterAll(() => {
    engine.free()
    rmSync(folder, { recursive: true })
  })

  /** Errors, and bad enumeration values, which it only warns of. */
  function problemsOf(definition: Definition): string[] {
    const file = join(folder, 'template.json')
    const Properties = { RoleArn: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/machine` } }
    const machine = { Type: 'AWS::StepFunctions::StateMachine', Properties: { ...Properties, Definition: definition } }
    writeFileSync(file, JSON.stringify({ Resources: { Machine: machine } }))
    return engine
      .validateStandard(new TemplateFile(file))
      .diagnostics.filter(({ severity, ruleId }) => ['ERROR', 'FATAL'].includes(severity) || ruleId === 'W3030')
      .map(({ ruleId, message }) => `${ruleId} ${message}`)
  }

  it.each(machineNames)('accepts %s', (name) => {
    expect(problemsOf(readDeployed(name))).toEqual([])
  })

  it.each(broken)('refuses $name', ({ breaks }) => {
    const definition = readDeployed('verify-store')
    breaks(definition)
    expect(problemsOf(definition)).toEqual([expect.stringMatching(/^E3601 /)])
  })
})

describe('the expressions', () => {
  const expressions = machineNames.flatMap((name) =>
    textsOf(readDefinition(name), name).flatMap(({ where, text }) => {
      const expression = /^\{%([\s\S]+)%\}$/.exec(text)?.[1]
      return expression === undefined ? [] : [{ where, expression }]
    }),
  )

  it('are alone in their texts', () => {
    const texts = machineNames.flatMap((name) => textsOf(readDefinition(name), name))
    const marked = texts.filter(({ text }) => text.includes('{%') || text.includes('%}'))
    expect(marked.length).toBe(expressions.length)
    expect(expressions.length).toBeGreaterThan(100)
  })

  it('parse, and use only functions that Step Functions has', () => {
    for (const { where, expression } of expressions) {
      const called = [...JSON.stringify(jsonata(expression).ast()).matchAll(/"procedure":\{"value":"(\w+)"/g)]
      for (const [, name] of called) expect({ where, known: knownFunctions.has(name!) }).toEqual({ where, known: true })
    }
  })

  it('use no syntax newer than the JSONata of Step Functions', () => {
    expect(expressions.filter(({ expression }) => /\?\?|\?:/.test(expression))).toEqual([])
  })
})
