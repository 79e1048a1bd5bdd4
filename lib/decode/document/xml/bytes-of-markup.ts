import { byteTable } from '../../latin-1.ts'

/** Of each byte whether it is what these say, as in a pattern for a text whose bytes are written as Latin-1. */
export const isWhite = byteTable(/\s/)
export const isName = byteTable(/[\w.:-]/)
/** No word that is looked for goes on behind it. */
export const endsWord = byteTable(/[\s,"()]/)

/** So many bytes are sooner looked through than searched. */
const few = 64
/** So many of more are looked through first: a byte that is everywhere is not searched anew for each of them. */
const first = 16

/** Where a byte is first from `from` to before `to`, or -1. */
export function findByte(bytes: Buffer, byte: number, from: number, to: number): number {
  const near = to - from <= few ? to : from + first
  for (let at = from; at < near; at++) if (bytes[at] === byte) return at
  if (near >= to) return -1
  const at = bytes.subarray(near, to).indexOf(byte)
  return at === -1 ? -1 : near + at
}

export function isAllWhite(bytes: Buffer, from: number, to: number): boolean {
  let at = from
  while (at < to && isWhite[bytes[at]!] === 1) at++
  return at === to
}

/** Whether a number may have an exponent. */
export function hasExponent(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at]! | 0x20) === 0x65) return true
  return false
}

/** A text without white space around it; its bytes as Latin-1, where a byte may look like a space that it is not. */
export function trimmed(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && text.charCodeAt(from) <= 0x20) from++
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--
  return text.slice(from, to)
}
