import { describe, expect, it } from 'vitest'
import type { TaskTokens } from '../../lib/ports.ts'

/** A state that waits: its token, and what it goes on with once it was answered. */
export type Waiting = { token: string; answer(): Promise<unknown> }

export function taskTokensContract(
  name: string,
  make: () => Promise<{ tokens: TaskTokens; wait(): Promise<Waiting> }>,
): void {
  describe(`${name} as task tokens`, () => {
    for (const output of [{ requestId: 'q', n: 1 }, 'text', null, ['ü', false]])
      it(`wakes the state that waits, with ${JSON.stringify(output)}`, async () => {
        const { tokens, wait } = await make()
        const { token, answer } = await wait()
        await tokens.succeed(token, output)
        expect(await answer()).toEqual(output)
      })

    it('lets the first answer count, and takes a second one without harm', async () => {
      const { tokens, wait } = await make()
      const { token, answer } = await wait()
      await tokens.succeed(token, { n: 1 })
      expect(await answer()).toEqual({ n: 1 })
      await tokens.succeed(token, { n: 2 })
      await tokens.succeed(token, { n: 1 })
      expect(await answer()).toEqual({ n: 1 })
    })

    it('takes an answer to a state that waits no longer without harm', async () => {
      const { tokens } = await make()
      await tokens.succeed('token of an execution that is gone', { n: 1 })
    })

    it('wakes no other state', async () => {
      const { tokens, wait } = await make()
      const [first, second] = [await wait(), await wait()]
      await tokens.succeed(second.token, { n: 2 })
      expect(await second.answer()).toEqual({ n: 2 })
      await tokens.succeed(first.token, { n: 1 })
      expect(await first.answer()).toEqual({ n: 1 })
    })
  })
}
