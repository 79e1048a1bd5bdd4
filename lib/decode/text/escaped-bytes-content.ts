import { encodedCheck } from '../checks/encoded-check.ts'
import { type ValueWriter, valueWriter } from '../database/value-writer.ts'
import { addGap, type Decoding } from '../decoding.ts'
import { lineReader } from '../document/mail/line-reader.ts'
import { reportHidden, tapped } from '../document/tapped.ts'
import type { Content, Format } from '../format.ts'
import { hexDigit, latin1 } from '../latin-1.ts'
import type { UnverifiedReason } from '../unverified.ts'

/** Longer lines are not read. */
const mostLine = 2 ** 22
const backslash = 0x5c
const blank = 0x20
const quote = 0x22

const tdb = /^\{\r?\nkey\(\d+\) = "/
const printed = /^(?:VERSION=\d+\r?\nformat=print\r?\n|format=print\r?\ntype=)/
/** How many bytes a value has stands before it. */
const tdbValue = /^(?:key|data)\((\d+)\) = "/
const longestName = 32

/**
 * Dumps of databases whose bytes are two hexadecimal digits behind a backslash if they are no printable ASCII: what `tdbdump` of Samba writes, `db_dump -p` of
 * Berkeley DB and `mdb_dump -p` of LMDB. The digits stand right beside a value's own. All of it is delivered as it is, and keys and values, a row each, as `values`.
 */
export const escapedBytes: Format = {
  name: 'escaped-bytes',
  kind: 'table',
  isFormat: (head) => {
    if (!firsts.has(head[0] ?? 0)) return false
    const text = latin1(head)
    return tdb.test(text) || printed.test(text)
  },
  read: readEscapedBytes,
}

const firsts = new Set(Buffer.from('{Vf'))

async function readEscapedBytes({ source, path }: Content, decoding: Decoding): Promise<void> {
  const hidden = encodedCheck()
  const raw = tapped(source, path, decoding, hidden)
  const values = valueWriter('values', path, decoding, { values: 0 })
  const told = new Set<string>()
  let isComplete = false
  try {
    await readLines(raw.take, values, (reason, expected) => {
      if (!told.has(expected))
        addGap(decoding, { reason, path, offset: 0, detail: `escaped-bytes: expected ${expected}` })
      told.add(expected)
    })
    isComplete = true
  } finally {
    reportHidden(hidden, isComplete, path, decoding)
    await values.end(isComplete)
    await raw.end(isComplete)
  }
}

async function readLines(
  take: () => Promise<Uint8Array | undefined>,
  values: ValueWriter,
  refuse: (reason: UnverifiedReason, expected: string) => void,
): Promise<void> {
  const lines = lineReader(take)
  let parts: Buffer[] = []
  let length = 0
  for (;;) {
    const line = lines.atHand() ?? (await lines.peek())
    if (line === undefined) return
    lines.skip()
    length += line.bytes.length
    if (length <= mostLine) parts.push(line.bytes)
    if (line.goesOn) continue
    const written = length <= mostLine ? writtenIn(parts.length === 1 ? parts[0]! : Buffer.concat(parts)) : undefined
    if (length > mostLine) refuse('limit', `lines of at most ${mostLine} bytes`)
    parts = []
    length = 0
    if (written === undefined) continue
    const value = unescaped(written.text)
    if ((written.length ?? value.length) !== value.length) refuse('corrupt', 'values that are as long as they say')
    values.binary(value)
    const pushed = values.endRow()
    if (pushed !== undefined) await pushed
  }
}

/** What a line has of a value, without what is around it. */
function writtenIn(line: Buffer): { text: Buffer; length?: number } | undefined {
  if (line[0] === blank) return { text: line.subarray(1) }
  const [all, length] = tdbValue.exec(line.toString('latin1', 0, longestName)) ?? []
  if (all === undefined) return undefined
  const end = line.at(-1) === quote ? line.length - 1 : line.length
  return { text: line.subarray(all.length, Math.max(all.length, end)), length: Number(length) }
}

/** The bytes that a text stands for. LMDB up to 0.9.24 writes a backslash as it is, so one without digits is one; where digits are behind it nobody can tell, and the text as it is says the other. */
function unescaped(text: Buffer): Buffer {
  if (!text.includes(backslash)) return text
  const bytes = Buffer.allocUnsafe(text.length)
  let filled = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!
    const escaped = byte === backslash ? (hexDigit(text[at + 1]) << 4) | hexDigit(text[at + 2]) : -1
    bytes[filled++] = escaped < 0 ? byte : escaped
    if (escaped >= 0) at += 2
    else if (byte === backslash && text[at + 1] === backslash) at += 1
  }
  return bytes.subarray(0, filled)
}
