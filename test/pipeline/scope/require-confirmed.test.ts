import { describe, expect, it } from 'vitest'
import { executeDeletion } from '../../../lib/pipeline/execute-deletion.ts'
import { notifyCustodian } from '../../../lib/pipeline/notify-custodian.ts'
import { requireConfirmed } from '../../../lib/pipeline/scope/require-confirmed.ts'
import type { Ports } from '../../../lib/ports.ts'

const now = '2026-11-23T12:00:00.000Z'
const clock = () => new Date(now)
const requestId = 'run-0-ie-0'
const tooOld = ['2026-11-23T10:59:59.999Z', '2026-11-23T13:00:00.001Z', '2025-11-23T12:00:00.000Z']

describe('whether those in scope are transferred', () => {
  it.each(['2026-11-23T11:00:00.000Z', now, '2026-11-23T13:00:00.000Z'])('is known for an hour from %s', (at) => {
    requireConfirmed({ clock }, requestId, at)
  })

  it.each(tooOld)('has to be asked again, where that was asked at %s', (at) => {
    expect(() => requireConfirmed({ clock }, requestId, at)).toThrow(
      'expected a scope that was confirmed within an hour',
    )
  })

  it('has to be known before a custodian is told, and the custodian is told with it', async () => {
    const done: string[] = []
    const note = (what: string) => async () => void done.push(what)
    const ports = {
      clock,
      evidence: { has: async () => true },
      runState: { getRequest: async () => ({ requestId, deadline: now }), putRequest: note('kept') },
      events: { publish: note('told') },
      taskTokens: { succeed: note('woken') },
    } as unknown as Ports
    const ask = (confirmedAt: string) =>
      notifyCustodian(ports, { runId: 'run-0', storeId: 'ie', pass: 0, requestId, token: 't', confirmedAt })
    for (const at of tooOld) await expect(ask(at)).rejects.toMatchObject({ name: 'ScopeUnconfirmed' })
    expect(done).toEqual([])
    expect(await ask(now)).toEqual({ requestId })
    expect(done).toEqual(['kept', 'told', 'woken'])
  })
  it('has to be known before a leg of a deletion begins, and not for one that is over', async () => {
    const none = { versions: 0, bytes: 0 }
    const over = { deleted: none, gone: 0, kept: [], next: { part: 1 } }
    const leg = (confirmedAt: string, isOver: boolean) => {
      const evidence = {
        has: async () => isOver,
        get: async () => Buffer.from(JSON.stringify(over)),
      }
      const input = { runId: 'run-0', storeId: 'ie', pass: 0, requestId, leg: 0, confirmedAt }
      return executeDeletion({ clock, evidence } as unknown as Ports, input).catch(({ name }: Error) => name)
    }
    for (const at of tooOld) {
      expect(await leg(at, false)).toBe('ScopeUnconfirmed')
      expect(await leg(at, true)).toEqual({ requestId, complete: false, versions: 0 })
    }
    expect(await leg(now, false)).not.toBe('ScopeUnconfirmed')
  })
})
