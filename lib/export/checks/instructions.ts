import { ProofInvalid } from '../../errors.ts'
import type { Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import { verifyText } from '../verify-text.ts'
import { versionOf } from './companions.ts'
import type { Layout } from './layout.ts'
import type { Keys } from './transition.ts'

/** `VERIFY.md` is the one that we write for these keys and programs: whoever follows it runs its commands. */
export function checkInstructions(layout: Layout, { chains, origin }: Keys): Checked<undefined> {
  const { verifyScript, verifyLogScript } = layout
  const isStamped = layout.timestamps.length > 0
  const companionVersion = versionOf(layout)
  const expected = verifyText({ chains, origin, verifyScript, verifyLogScript, companionVersion, isStamped })
  if (textOf(layout.instructions) !== expected)
    throw new ProofInvalid('VERIFY.md: expected the instructions for these keys, got another text')
  return { count: 1, value: undefined }
}
