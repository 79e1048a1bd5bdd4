import type { Step } from '../format-place.ts'

/** No name that is shown is longer. */
const longestName = 64
/** Deeper columns are not told. */
const mostSteps = 32

/** The step to a member by its number from 1; of its name only what may be shown is kept in mind. */
export function stepOf(member: number, name: Uint8Array | undefined): Step {
  const isKept = name !== undefined && name.length <= longestName
  return { member, name: isKept ? Buffer.from(name).toString('utf8') : '' }
}

/** The steps behind others, as far as they are told. */
export function stepsBehind(steps: readonly Step[], step: Step): readonly Step[] {
  return steps.length > mostSteps ? steps : [...steps, step]
}
