import { firstIn } from './control-bytes.ts'
import { runTables } from './encoded-window.ts'
import { group, mostBytes, openTextKernel, type Survey, type TextKernel } from './kernel/text-kernel.ts'

/** What several checks ask of the same bytes. `control`: the first control byte that text does not have; -1: there is none. */
export type Seen = { readonly control: number } & Omit<Survey, 'group'>

/** A call of the kernel costs as much as looking at so many bytes. */
const fewBytes = 256

let kernel: TextKernel | 'none' | undefined

/**
 * Looks at bytes, at most `mostBytes`, once for all checks; valid until the next survey. Undefined: they are few, or this machine has no kernel, so each check has to look itself.
 */
export function survey(bytes: Uint8Array): Seen | undefined {
  kernel ??= openTextKernel(runTables) ?? 'none'
  if (kernel === 'none' || bytes.length < fewBytes) return undefined
  const seen = kernel.look(bytes)
  const end = Math.min(seen.group + group, bytes.length)
  return { ...seen, control: seen.group < bytes.length ? firstIn(bytes, seen.group, end) : -1 }
}

/** Has bytes looked at piece by piece, each with its survey. */
export function surveyed(bytes: Uint8Array, look: (piece: Uint8Array, seen: Seen | undefined) => void): void {
  if (bytes.length <= mostBytes) look(bytes, survey(bytes))
  else
    for (let from = 0; from < bytes.length; from += mostBytes) {
      const piece = bytes.subarray(from, from + mostBytes)
      look(piece, survey(piece))
    }
}
