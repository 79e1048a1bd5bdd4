import { alphabet } from './encoded-window.ts'
import { shortestRun } from './kernel/text-kernel.ts'
import { behindOther, escapeBegins } from './run-escapes.ts'
import type { Seen } from './survey.ts'

/** What a run is made of: the alphabet, and the beginnings of escapes. */
const inRun = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) inRun[byte] = alphabet[byte]! > 0 || escapeBegins(byte) ? 1 : 0

/**
 * Where the first run begins at or behind `from` that is as long as a line that is looked at, or that may go on behind the
 * last byte; the end if there is none. A run is no longer than what it is written in, and none goes on behind a short line.
 */
export function nextRun(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; ) {
    const probe = Math.min(at + shortestRun, bytes.length) - 1
    let first = probe
    while (first >= at && inRun[bytes[first]!] === 1) first--
    at = probe + 1
    if (first === probe) continue
    while (at < bytes.length && inRun[bytes[at]!] === 1) at++
    if (at === bytes.length || at - first > shortestRun) return first + 1
  }
  return bytes.length
}

/** The same of bytes that the kernel has seen, which lists all runs that are long enough; asked from the first one to the last. */
export function nextOf({ runs }: Seen): (bytes: Uint8Array, from: number) => number {
  let at = 0
  return (bytes, from) => {
    for (; at < runs.length; at += 2) {
      const first = Math.max(from, runs[at]!)
      if (runs[at + 1]! - first >= shortestRun) return first
    }
    let first = bytes.length
    while (first > from && inRun[bytes[first - 1]!] === 1) first--
    return first
  }
}

/** Where the next run begins, as `next` has it, that no escape of something else ends before it is long enough. */
export function nextBegin(bytes: Uint8Array, from: number, next: (bytes: Uint8Array, from: number) => number): number {
  for (let at = next(bytes, from); ; ) {
    const behind = behindOther(bytes, at, Math.min(at + shortestRun, bytes.length))
    if (behind === -1) return at
    at = next(bytes, behind)
  }
}
