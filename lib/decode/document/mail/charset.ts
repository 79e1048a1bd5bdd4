import { TextDecoder } from 'node:util'

/** Names of character sets that are UTF-8, or a part of it. */
const asIs = new Set([
  '',
  'utf-8',
  'utf8',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'iso-646-us',
  'binary',
  'unknown-8bit',
])

/** How text in a character set becomes UTF-8: not at all, by a decoder, or in no way that is known. */
export type Charset = { kind: 'as-is' } | { kind: 'unknown' } | { kind: 'decoder'; create(): TextDecoder }

export function charsetOf(name: string): Charset {
  const label = name.trim().toLowerCase()
  if (asIs.has(label)) return { kind: 'as-is' }
  try {
    new TextDecoder(label)
  } catch {
    return { kind: 'unknown' }
  }
  return { kind: 'decoder', create: () => new TextDecoder(label, { fatal: true, ignoreBOM: true }) }
}
