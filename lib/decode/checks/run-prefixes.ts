import type { Problem } from './encoded-window.ts'

/** What stands right in front of base64 that cannot be searched, and says so. */
const prefixes: readonly { before: RegExp; problem: Problem }[] = [
  {
    // Numbers and UUIDs of rows are in binary there (`mysqlbinlog`, unless it decodes rows and leaves these out).
    before: /BINLOG '\r?\n$/,
    problem: { reason: 'unsupported-format', detail: 'expected no events of a binary log of MySQL in base64' },
  },
  {
    before: /vault:v[0-9]{1,4}:$/,
    problem: { reason: 'encrypted', detail: 'expected no text that Vault has encrypted' },
  },
  {
    before: /ENC\[AES256_GCM,data:$/,
    problem: { reason: 'encrypted', detail: 'expected no text that SOPS has encrypted' },
  },
]

/** Bytes in front of a run that a prefix needs. */
export const mostPrefix = 24

const colon = 0x3a
const lineFeed = 0x0a

/** What the bytes in front of a run say about it; the last ones count. */
export function prefixProblemOf(before: Uint8Array): Problem | undefined {
  const last = before.at(-1)
  if (last !== colon && last !== lineFeed) return undefined
  const text = Buffer.from(before.buffer, before.byteOffset, before.length).toString('latin1')
  return prefixes.find((each) => each.before.test(text))?.problem
}
