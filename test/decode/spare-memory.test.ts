import { expect, it } from 'vitest'
import { spareMemory } from '../../lib/decode/spare-memory.ts'

it('hands out memory that was given back, and never to two at the same time, whoever gives it back twice', () => {
  const take = spareMemory(16)
  const first = take()
  first.giveBack()
  const second = take()
  expect(second.memory).toBe(first.memory)
  first.giveBack()
  const third = take()
  expect(third.memory).not.toBe(second.memory)
  second.giveBack()
  second.giveBack()
  expect(new Set([take().memory, take().memory, third.memory]).size).toBe(3)
})
