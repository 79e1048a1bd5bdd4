import { expect, it } from 'vitest'
import { HandedOver, ServiceRefused } from '../../lib/errors.ts'
import type { Ports } from '../../lib/ports.ts'
import { callFunction, metricsIn, printed } from '../support/handlers.ts'

const call = { runId: 'r1', storeId: 'sg', pass: 0, batch: { batch: 0, segment: 0, part: 0, from: 0, to: 1 } }
const failing = (error: Error) => ({ evidence: { has: async () => Promise.reject(error) } }) as unknown as Ports

it('a call that hands its batch over ends by that name, and is no failure', async () => {
  await expect(callFunction('scan-batch', failing(new HandedOver('x')), call)).rejects.toMatchObject({
    name: 'HandedOver',
  })
  expect(metricsIn(printed)).toEqual([])
  expect(printed.some((line) => line.includes('"task handed over"'))).toBe(true)
})

it('a call that fails is one', async () => {
  await expect(callFunction('scan-batch', failing(new ServiceRefused('x')), call)).rejects.toThrow('x')
  expect(metricsIn(printed).map(({ name }) => name)).toEqual(['TaskFailed'])
})
