import { latin1 } from '../latin-1.ts'
import type { Problem } from './encoded-window.ts'

export type Prefix = { before: RegExp; least?: number; problem: Problem }

/** What stands right in front of base64 or hexadecimal digits that cannot be searched, and says so. `least`: characters of the run, if not any. */
const prefixes: readonly Prefix[] = [
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
  {
    // A piece of a large object of PostgreSQL, as `pg_dump` writes it: behind 16 KiB the next one goes on, in a word as well.
    before: /lowrite\(\d+, '\\?x?$/,
    least: 2 * 2 ** 14,
    problem: { reason: 'unsupported-format', detail: 'expected no large object in pieces' },
  },
]

/** Bytes in front of a run that a prefix needs. */
export const mostPrefix = 24

/** What all of them end with: most runs have something else in front. */
const lasts = ["'\n", '\r\n', 'a:', "'x", '\\x', "'\\", " '", ...Array.from('0123456789', (digit) => `${digit}:`)]
/** 1 for each two bytes, the first one in the upper half, that any of them ends with. */
export const endings = new Uint8Array(0x10000)
for (const pair of lasts) endings[Buffer.from(pair).readUInt16BE()] = 1

/** Whether any of them may stand in front of what begins at `at`, also before these bytes. */
export const mayHavePrefix = (bytes: Uint8Array, at: number): boolean =>
  at < 2 || endings[(bytes[at - 2]! << 8) | bytes[at - 1]!] === 1

/** What the bytes in front of a run say about it; the last ones count. */
export function prefixOf(before: Uint8Array): Prefix | undefined {
  const text = latin1(before)
  return prefixes.find((each) => each.before.test(text))
}
