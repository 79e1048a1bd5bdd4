import { type Alphabet, trimmedCharacters } from './alphabets.ts'

/**
 * A run that is too long to be kept. Its identifiers still count if nothing but `.` and `-` follows before it ends
 * (`bob.smith` and then ten thousand hyphens), so they wait for the first byte that is neither.
 */
export type HeldRun = {
  isOpen(): boolean
  /** `waiting` are called if they count. */
  open(waiting: readonly (() => void)[]): void
  /** Continues an open run with the bytes from `from`; returns where it ends, or `to` when it is still open. */
  resume(bytes: Uint8Array, from: number, to: number, final: boolean): number
}

export function createHeldRun(alphabet: Alphabet): HeldRun {
  let waiting: readonly (() => void)[] = []
  let isOpen = false
  return {
    isOpen: () => isOpen,
    open(tokens) {
      waiting = tokens
      isOpen = true
    },
    resume(bytes, from, to, final) {
      let at = from
      while (at < to && alphabet[bytes[at]!] !== 0) {
        if (trimmedCharacters[bytes[at]!] === 0) waiting = []
        at++
      }
      if (at === to && !final) return to
      for (const count of waiting) count()
      waiting = []
      isOpen = false
      return at
    },
  }
}
