import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { KeyKind } from '../../../lib/attestation/key-chain.ts'
import { ceremonyRecord } from '../../../lib/cli/keys/ceremony-record.ts'
import type { Done } from '../../../lib/cli/keys/key-ceremony.ts'
import { rotateStageKey } from '../../../lib/cli/keys/stage-keys.ts'
import { KeyUnsafe } from '../../../lib/errors.ts'
import { makeKeyFile } from '../../../lib/local/key-files.ts'
import { readKeyChains } from '../../../lib/pipeline/keys/key-chains.ts'
import { scratchDirectory } from '../../support/scratch.ts'
import { openAws } from '../embedded-aws.ts'

const signal = new AbortController().signal

/** A stage whose keys lie in files; `deploy` makes one more, as a deployment does in KMS. */
async function openStage() {
  const root = scratchDirectory()
  const stores = [{ id: 'sg', root: join(root, 'sg'), country: 'SG' }]
  const aws = await openAws(root, { homeCountry: 'US', manifest: join(root, 'ids.csv'), stores })
  const deployment = aws.open()
  const rotate = async (key: KeyKind, fault?: Error) => {
    const told: { done: Done; note?: string }[] = []
    await rotateStageKey(deployment, key, signal, async (done, note) => {
      if (fault) throw fault
      told.push({ done, ...(note !== undefined && { note }) })
    })
    return told[0]!
  }
  return {
    aws,
    deployment,
    rotate,
    deploy: (key: KeyKind, number: number) => makeKeyFile(join(root, 'state/keys'), key, number),
  }
}

describe('a key of a stage', () => {
  it('is changed to one that was deployed, and to no other', async () => {
    const stage = await openStage()
    for (const key of ['log', 'attestation'] as const) {
      await expect(stage.rotate(key)).rejects.toThrow(`params.${key}Keys`)
      await stage.deploy(key, 2)
      const { done, note } = await stage.rotate(key)
      expect(note).toBeUndefined()
      expect(done.ceremony).toMatchObject({ kind: 'changed', key, number: 1 })
      expect(ceremonyRecord(done)).toContain('that the old key is disabled in KMS')
    }
    expect((await readKeyChains(stage.deployment.ports)).log).toMatchObject([{ until: 0 }, {}])
    await stage.aws.close()
  })

  it('is changed as often as keys were deployed, and never again when it is typed again', async () => {
    const stage = await openStage()
    await stage.deploy('log', 2)
    await expect(stage.rotate('log', new Error('no record'))).rejects.toThrow('no record')
    const again = await stage.rotate('log')
    expect(again).toMatchObject({ note: expect.stringContaining('recorded again'), done: { ceremony: { number: 1 } } })
    await stage.deploy('log', 3)
    await stage.deploy('log', 4)
    expect(await stage.rotate('log')).toMatchObject({
      done: { ceremony: { number: 3 }, chains: { log: { length: 4 } } },
    })
    expect(await stage.rotate('log')).toMatchObject({ done: { ceremony: { number: 3 } } })
    expect((await stage.deployment.ports.ledger.head()).size).toBe(3)
    await stage.aws.close()
  })

  it('is not changed by an execution that fails, which is told by name', async () => {
    const stage = await openStage()
    await stage.deploy('attestation', 2)
    const following = { signal, wait: true, onEvent() {} }
    const skipped = await stage.deployment.execute('rotate-key', 'x', { key: 'attestation', number: 2 }, following)
    expect(skipped).toMatchObject({ status: 'failed', error: 'KeyUnsafe' })
    expect((await stage.deployment.ports.ledger.head()).size).toBe(0)
    const failing = {
      ...stage.deployment,
      execute: async () => ({ status: 'failed' as const, error: 'KeyUnsafe', message: 'KeyUnsafe: not this one' }),
    }
    await expect(rotateStageKey(failing, 'attestation', signal, async () => {})).rejects.toMatchObject({
      name: 'KeyUnsafe',
      message: 'KeyUnsafe: not this one',
    })
    await expect(stage.rotate('log')).rejects.toThrow(KeyUnsafe)
    await stage.aws.close()
  })
})
