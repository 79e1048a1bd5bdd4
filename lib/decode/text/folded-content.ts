import { isUtf8 } from 'node:buffer'
import { firstControlByte } from '../checks/control-bytes.ts'
import { encodedCheck } from '../checks/encoded-check.ts'
import { headLength, knownFormatOf } from '../checks/known-formats.ts'
import { copyBytes } from '../copy-bytes.ts'
import { textWriter } from '../database/row-writer.ts'
import type { Decoding } from '../decoding.ts'
import { addGap } from '../decoding.ts'
import { lineReader, longest } from '../document/mail/line-reader.ts'
import { reportHidden, tapped } from '../document/tapped.ts'
import type { Content, Format } from '../format.ts'
import { byteTable, latin1 } from '../latin-1.ts'

/** Longer lines are not put together. */
const mostLine = 2 ** 22
const blank = 0x20
const tab = 0x09

/**
 * Text of folded lines: LDIF (RFC 2849), iCalendar (RFC 5545, 3.1), vCard (RFC 6350, 3.2), and manifests and signatures of JARs. A line that begins with a blank goes on where the
 * line before ended, within a word as well. All of it is delivered as it is, and folded lines once more as a line each, `unfolded`, and with
 * them what LDIF has in base64.
 */
export const folded: Format = {
  name: 'folded',
  kind: 'archive',
  isFormat: beginsLikeFolded,
  read: readFolded,
}

/** LDIF behind what the program that wrote it says first, asked of what is nothing else, since text of any format may tell of entries. */
export const foldedBehind: Format = { ...folded, isFormat: hasEntryBehind }

/** What a section for all of an archive begins with (JAR File Specification). */
const manifest = /^(?:manifest|signature)-version: /i
const comment = /^# (?:extended )?LDIF\s/i
/** What a line of LDIF may be before the name of its first entry: no `#<`, which PowerShell begins XML with. */
const beforeEntries = /^(?:#(?!<)| |\s*$|version:[ \t]*1\s*(?:#|$)|(?:include|search|result|ref):)/i

/** Whether a text begins like one of them; so does a head of nothing but comments, since entries may be behind it. */
export function beginsLikeFolded(head: Uint8Array): boolean {
  if (!mayBegin(head)) return false
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  if (/^BEGIN:V[A-Z]{3,12}[ \t]*\r*\n/i.test(text) || comment.test(text) || manifest.test(text)) return true
  const lines = text.split('\n')
  // The last one may be cut.
  if (head.length >= headLength && lines.length > 1) lines.pop()
  const first = lines.find((line) => !beforeEntries.test(line))
  return first === undefined ? text[0] === '#' && head.length >= headLength : /^dn::? *\S/i.test(first)
}

/**
 * Whether an entry begins at another line than the first: behind `SASL/EXTERNAL authentication started` and what else `ldapsearch` writes to a terminal,
 * or the version of a server and a time, as in what 389 Directory Server audits.
 */
function hasEntryBehind(head: Uint8Array): boolean {
  if (!mayHaveEntryBehind(head)) return false
  const text = latin1(head)
  return entryBehind.test(text) && knownFormatOf(head) === undefined
}

const entryBehind = /\n(?:dn::? *\S|# extended LDIF\s)/i
const lineFeed = 0x0a

/** A quick look at how lines begin. */
function mayHaveEntryBehind(head: Uint8Array): boolean {
  for (let at = head.indexOf(lineFeed) + 1; at > 0; at = head.indexOf(lineFeed, at) + 1) {
    const first = head[at]!
    if (first === numberSign || ((first | 0x20) === letterD && (head[at + 1]! | 0x20) === letterN)) return true
  }
  return false
}

const numberSign = 0x23
const letterD = 0x64
const letterN = 0x6e

const firsts = new Set(Buffer.from('#\xef \t\r\n', 'latin1'))
/** Of `begin`, `dn`, `version`, `include`, `search`, `result`, `ref`, `manifest` and `signature`. */
const pairs = new Set(['be', 'dn', 've', 'in', 'se', 're', 'ma', 'si'])

/** A quick look, since this is asked of many small values. */
function mayBegin(head: Uint8Array): boolean {
  if (head.length < 2) return false
  return firsts.has(head[0]!) || pairs.has(String.fromCharCode(head[0]! | 0x20, head[1]! | 0x20))
}

async function readFolded({ source, path }: Content, decoding: Decoding): Promise<void> {
  const hidden = encodedCheck()
  const raw = tapped(source, path, decoding, hidden)
  const out = textWriter([...path, 'unfolded'], decoding)
  let isComplete = false
  try {
    await unfold(raw.take, out, () =>
      addGap(decoding, {
        reason: 'limit',
        path,
        offset: 0,
        detail: `expected folded lines of at most ${mostLine} bytes`,
      }),
    )
    isComplete = true
  } finally {
    reportHidden(hidden, isComplete, path, decoding)
    await out.end(isComplete)
    await raw.end(isComplete)
  }
}

/** The text that a line of LDIF has in base64; what is none is left to who looks for base64. */
function decodedValue(line: Buffer): Buffer | undefined {
  const name = behind(line, 0, isInName)
  if (name === 0 || name > longestName || line[name] !== colon || line[name + 1] !== colon) return undefined
  const from = behind(line, name + 2, isSpace)
  const digits = behind(line, from, isDigit)
  const to = behind(line, digits, isPadding)
  if (digits === from || to - digits > 2 || behind(line, to, isSpace) !== line.length) return undefined
  const value = Buffer.from(line.toString('latin1', from, to), 'base64')
  return firstControlByte(value) === -1 && isUtf8(value) ? value : undefined
}

const isInName = byteTable(/[\w;.-]/)
const isSpace = byteTable(/ /)
const isDigit = byteTable(/[A-Za-z0-9+/]/)
const isPadding = byteTable(/=/)

/** Where bytes of a kind end that begin at a place. */
function behind(bytes: Buffer, from: number, kind: Uint8Array): number {
  let at = from
  while (at < bytes.length && kind[bytes[at]!] === 1) at++
  return at
}

const colon = 0x3a
const colons = Buffer.from('::')
/** Characters before the colons. */
const longestName = 256

/** Where the first line begins, of those from one on, that may be folded or hold a value, or whose next line is not there yet. */
function plainLines(): (bytes: Buffer, from: number) => number {
  let searched: Buffer | undefined
  let value = 0
  return (bytes, from) => {
    if (searched !== bytes || value < from) {
      searched = bytes
      const found = bytes.indexOf(colons, from)
      value = found === -1 ? bytes.length : found
    }
    const last = bytes.length - 1
    let start = from
    if (isBlank(bytes[from])) return start
    for (let at = from; at < last; at++) {
      if (bytes[at] !== lineFeed) continue
      if (value < at || isBlank(bytes[at + 1]) || at - start > longest) return start
      start = at + 1
    }
    return start
  }
}

const isBlank = (byte: number | undefined) => byte === blank || byte === tab

async function unfold(
  take: () => Promise<Uint8Array | undefined>,
  out: ReturnType<typeof textWriter>,
  tooLong: () => void,
): Promise<void> {
  const lines = lineReader(take)
  const plain = plainLines()
  /** The line so far, at the beginning of a buffer that grows. */
  let held = Buffer.alloc(256)
  let length = 0
  let hasBegun = false
  let isFolded = false
  for (;;) {
    if (lines.pass(plain)) {
      const written = finish()
      if (written !== undefined) await written
    }
    const line = lines.atHand() ?? (await lines.peek())
    if (line === undefined) break
    lines.skip()
    const { bytes, isContinued } = line
    const goesOn = !isContinued && hasBegun && isBlank(bytes[0])
    if (!goesOn && !isContinued) {
      const written = finish()
      if (written !== undefined) await written
    }
    hasBegun = true
    isFolded ||= goesOn
    const more = goesOn ? bytes.subarray(1) : bytes
    if (length + more.length <= mostLine) {
      if (length + more.length > held.length)
        held = Buffer.concat([held.subarray(0, length)], 2 * (length + more.length))
      copyBytes(more, 0, more.length, held, length)
    } else if (isFolded) tooLong()
    length += more.length
  }
  await finish()

  /** The line so far is at its end; to wait for nothing takes longer than all else that is done with it. */
  function finish(): Promise<void> | undefined {
    const whole = length > mostLine ? undefined : held.subarray(0, length)
    const folded = isFolded ? whole : undefined
    const value = whole && decodedValue(whole)
    length = 0
    isFolded = false
    const written = folded && write(folded)
    if (value === undefined) return written
    return written === undefined ? write(value) : written.then(() => write(value))
  }

  function write(text: Buffer): Promise<void> | undefined {
    out.cell(text)
    return out.endRow()
  }
}
