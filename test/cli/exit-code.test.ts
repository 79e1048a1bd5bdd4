import { describe, expect, it } from 'vitest'
import { exitCodeOfError } from '../../lib/cli/exit-code.ts'
import { GateBlind, IdentifierLeaked } from '../../lib/errors.ts'

describe('the exit code of an export', () => {
  it('says that a bundle would have named somebody, and tells that from a gate that could not see', () => {
    expect(exitCodeOfError(new IdentifierLeaked('leak gate: x'))).toBe(1)
    expect(exitCodeOfError(new GateBlind('leak gate: x'))).toBe(70)
  })
})
