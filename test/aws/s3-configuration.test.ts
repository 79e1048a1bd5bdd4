import { describe, expect, it } from 'vitest'
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

  it('counts what restores take in every pass', () => {
    const s3 = { bucket: 'backups', region: 'eu-west-1', account: '111122223333' }
    const restore = { tier: 'bulk', days: 30, wait: '20d', maxUsd: 10 }
    expect(() => parse(5, { ...manual('60d'), s3: { ...s3, restore } })).toThrow('got 340')
  })
})
