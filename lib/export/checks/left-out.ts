import { ProofInvalid } from '../../errors.ts'
import { leftOutPath, timestampPath } from '../bundle-paths.ts'
import { type LeftOutTimestamp, parseLeftOut } from '../left-out.ts'
import { at, type Checked } from '../run-check.ts'
import type { Checkpoints } from './checkpoint.ts'
import type { Layout } from './layout.ts'

/** Timestamps that are said not to hold are of checkpoints of the bundle, each named once, and not in it. */
export function checkLeftOut(layout: Layout, { newest, older }: Checkpoints): Checked<LeftOutTimestamp[]> {
  if (layout.leftOut === undefined) return { count: 0, value: [] }
  const leftOut = at(leftOutPath, () => {
    const named = parseLeftOut(layout.leftOut!)
    const sizes = new Set([newest, ...older].map(({ size }) => size))
    const seen = new Set(layout.timestamps.map(timestampPath))
    for (const each of named) {
      if (!sizes.has(each.size))
        throw new ProofInvalid('size: expected that of a checkpoint of the bundle, got another')
      if (seen.has(timestampPath(each)))
        throw new ProofInvalid('expected each once, and none that is in the bundle, got others')
      seen.add(timestampPath(each))
    }
    return named
  })
  return { count: leftOut.length, value: leftOut }
}
