import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseEnvironment } from '../../lib/aws/environment.ts'
import { lazily } from '../../lib/aws/lazily.ts'
import { ConfigInvalid } from '../../lib/errors.ts'

const key = 'arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef'
const variables = {
  AWS_REGION: 'us-east-1',
  ODV_STAGE: 'dev',
  ODV_LOG_ID: 'odv-dev',
  ODV_HOME_COUNTRY: 'US',
  ODV_EVIDENCE_BUCKET: 'odv-dev-evidence-111122223333-us-east-1',
  ODV_ANCHOR_BUCKET: 'odv-dev-anchor-111122223333-us-east-1',
  ODV_ANCHOR_ACCOUNT: '111122223333',
  ODV_ANCHOR_REGION: 'us-east-1',
  ODV_INTAKE_BUCKET: 'odv-dev-intake-111122223333-us-east-1',
  ODV_LEDGER_TABLE: 'odv-dev-ledger',
  ODV_RUN_STATE_TABLE: 'odv-dev-run-state',
  ODV_ATTESTATION_KEYS: `${key},${key.replace(/.$/, '0')}`,
  ODV_LOG_KEYS: key,
  ODV_CASE_KEY: key,
  ODV_EVENT_BUS: 'odv-dev-events',
  ODV_MACHINES: 'arn:aws:states:us-east-1:111122223333:stateMachine:odv-dev',
  ODV_OFFSHORE_READ_ROLE: 'odv-dev-offshore-read',
  ODV_OFFSHORE_DELETE_ROLE: 'odv-dev-offshore-delete',
  ODV_OFFSHORE_EXTERNAL_ID: 'odv-dev',
  ODV_SCAN_MEMORY: '1769',
}
const names = Object.keys(variables)
const refusal = (given: Record<string, string | undefined>): unknown => {
  try {
    return parseEnvironment(given)
  } catch (error) {
    return error
  }
}

describe('the environment of a function', () => {
  it('is what serverless.yml gives, name for name, and the Region, which Lambda gives', () => {
    const text = readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8')
    const given = [...text.matchAll(/^ {4}(ODV_\w+):/gm)].map(([, name]) => name)
    expect(['AWS_REGION', ...given].toSorted()).toEqual(names.toSorted())
  })

  it('becomes the names of the deployment, and nothing else', () => {
    const environment = parseEnvironment({ ...variables, PATH: '/bin', ODV_OTHER: 'x' })
    expect(Object.values(environment).map(String)).toEqual(Object.values(variables))
    expect(environment.attestationKeys).toHaveLength(2)
    expect(environment).toMatchObject({ logId: 'odv-dev', ledgerTable: 'odv-dev-ledger', caseKey: key })
  })

  it('is refused with every variable that is missing', () => {
    const error = refusal({}) as Error
    expect(error).toBeInstanceOf(ConfigInvalid)
    expect(error.message.split('\n').map((line) => line.split(': ')[1])).toEqual(names)
    expect(error.message).toContain('environment: ODV_LOG_ID: expected letters, digits and hyphens, got none')
  })

  const unfit = [
    ...names.map((name) => ({ name, value: '' })),
    ...names.map((name) => ({ name, value: 'a#b c' })),
    { name: 'ODV_HOME_COUNTRY', value: 'USA' },
    { name: 'ODV_LOG_KEYS', value: 'alias/odv-dev-log' },
    { name: 'ODV_LOG_KEYS', value: `${key},` },
    { name: 'ODV_LOG_KEYS', value: `${key} ${key}` },
    { name: 'ODV_EVIDENCE_BUCKET', value: 's3://bucket' },
    ...['575', '10241', '01769', '1769.5'].map((value) => ({ name: 'ODV_SCAN_MEMORY', value })),
  ]
  for (const { name, value } of unfit)
    it(`is refused when ${name} is ${JSON.stringify(value)}, which is not quoted`, () => {
      const error = refusal({ ...variables, [name]: value }) as Error
      expect(error).toBeInstanceOf(ConfigInvalid)
      expect(error.message).toMatch(new RegExp(`^environment: ${name}: expected [^\\n]*, got something else$`))
      expect(error.message).not.toContain(value || 'nothing to quote')
    })
})

describe('what is made lazily', () => {
  it('is made when it is asked for, once, and nothing beside it', () => {
    const made: string[] = []
    const make = (name: string) => () => {
      made.push(name)
      return { name }
    }
    const things = lazily<Record<'a' | 'b', { name: string }>>({ a: make('a'), b: make('b') })
    expect(made).toEqual([])
    expect(things.b).toBe(things.b)
    expect(made).toEqual(['b'])
    expect({ ...things }).toEqual({ a: { name: 'a' }, b: { name: 'b' } })
    expect(made).toEqual(['b', 'a'])
  })
})
