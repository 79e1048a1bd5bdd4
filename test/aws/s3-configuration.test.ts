import { describe, expect, it } from 'vitest'
import { formatStatement } from '../../lib/attestation/statement.ts'
import { runSummaryStatement } from '../../lib/attestation/to-run-summary.ts'
import { parseDeployedConfig } from '../../lib/aws/s3-configuration.ts'

const parse = (passes: number, store: object) => {
  const s3 = { bucket: 'backups', region: 'eu-west-1', account: '111122223333' }
  const stores = [{ id: 'ie', country: 'IE', s3, ...store }]
  return parseDeployedConfig(JSON.stringify({ manifest: 'manifests/ids.csv', passes, stores }), 'US')
}
const manual = (deadline: string) => ({ channel: { kind: 'manual', deadline } })

describe('the configuration of a deployment', () => {
  it.each([
    [2, '300d'],
    [5, '75d'],
  ])('lets a custodian have, in %i passes, %s to answer', (passes, deadline) => {
    expect(parse(passes, manual(deadline)).passes).toBe(passes)
  })

  it.each([
    [3, '151d', 302],
    [5, '90d', 360],
  ])(
    'is refused where a run of %i passes would wait %s for each answer: it would be ended before it attests anything',
    (passes, deadline, days) => {
      expect(() => parse(passes, manual(deadline))).toThrow(
        `store ie: expected at most 300 days of waiting in ${passes} passes, for its custodian and for restores, got ${days}`,
      )
    },
  )

  it('has as many stores as the summary of a run has room for, each with several reasons', () => {
    const of = (count: number) => {
      const stores = Array.from({ length: count }, (_, n) => ({
        id: `a-bucket-with-a-long-name-${n}`,
        country: 'IE',
        s3: { bucket: `backups-${n}`, region: 'eu-west-1', account: '111122223333' },
      }))
      return parseDeployedConfig(JSON.stringify({ manifest: 'manifests/ids.csv', stores }), 'US').stores
    }
    const reasons = ['corrupt', 'encrypted', 'limit', 'archived'].map((reason) => `${reason}: 123,456 object versions`)
    const verdicts = of(400).map(({ id }) => ({
      storeId: id,
      verdict: 'incomplete' as const,
      reasons,
      envelopeSha256: '0'.repeat(64),
    }))
    const outcome = { planned: verdicts.map(({ storeId }) => storeId), verdicts }
    const context = {
      organization: 'example.com',
      runId: 'r',
      tool: { name: 'odv', version: '1', configSha256: '0'.repeat(64) },
      limitations: ['x'.repeat(10_000)],
      createdAt: '2026-11-01T00:00:00.000Z',
    }
    const document = { name: 'runs/r/summary.json', body: new Uint8Array() }
    const statement = formatStatement(runSummaryStatement(context, { ...outcome, document }))
    expect((statement.length * 4) / 3).toBeLessThan(300_000)
    expect(() => of(401)).toThrow('stores: expected at most 400 in a deployment, got 401')
  })

  it('is refused where a key is given twice, of which only the last would count', () => {
    const text = '{"manifest": "manifests/a.csv", "stores": [], "manifest": "manifests/b.csv"}'
    expect(() => parseDeployedConfig(text, 'US')).toThrow('expected every key of an object once, got "manifest" twice')
  })

  it('counts what restores take in every pass', () => {
    const s3 = { bucket: 'backups', region: 'eu-west-1', account: '111122223333' }
    const restore = { tier: 'bulk', days: 30, wait: '20d', maxUsd: 10 }
    expect(() => parse(5, { ...manual('60d'), s3: { ...s3, restore } })).toThrow('got 340')
  })
})
