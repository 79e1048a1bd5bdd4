import { headLength } from '../checks/known-formats.ts'
import { type RowWriter, textWriter } from '../database/row-writer.ts'
import { addGap, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { latin1 } from '../latin-1.ts'
import { readRaw } from '../raw-content.ts'
import type { UnverifiedReason } from '../unverified.ts'
import { type Fragment, type Fragments, lineFragments } from './line-fragments.ts'

/** What is put together at a time, and of it what the next part of a longer text begins with: more than decides what is found at a place. */
const most = 2 ** 22
const overlap = 2 ** 18
/** So many fragments are kept by themselves: each takes much more than a short one has. */
const mostFragments = 2 ** 14
/** So many texts are put together at the same time, and so long are all of them: what the next part of each begins with, and some more. */
const mostTexts = 256
const mostHeld = mostTexts * overlap + 4 * most
const lineFeed = 0x0a
/** The end of a line, and one behind it. */
const twoLineFeeds = Buffer.from('\n\n')

/**
 * Text whose lines have fragments of longer ones, which end within a word as well: see `lineFragments`. All of it is delivered as it is, and once more what
 * several lines have the fragments of, `joined`, a line each. A beginning may be that of several kinds (what a container logs may be records that were collected): each puts
 * together what it knows.
 */
export const cutLines: Format = {
  name: 'cut-lines',
  kind: 'archive',
  isFormat: (head) => kindsOf(head).length > 0,
  read: readCutLines,
}

function kindsOf(head: Uint8Array): Fragments[] {
  // Nothing is put together of one line.
  if (!firsts.has(head[0] ?? 0) || (head.length < headLength && !head.includes(lineFeed))) return []
  const text = latin1(head)
  return lineFragments.filter(({ isKind }) => isKind(text))
}

/** The last one is of the mark of UTF-8. */
const firsts = new Set(Buffer.from(' {0123456789abcdefWHGPDOCTJFMASN<-\xef', 'latin1'))

async function readCutLines({ source, path }: Content, decoding: Decoding): Promise<void> {
  const kinds = kindsOf((await source.peekSome(headLength)).subarray(0, headLength))
  const out = textWriter([...path, 'joined'], decoding)
  const memory = { held: 0 }
  const joiners = kinds.map((kind) => createJoiner(kind, out, memory, refuse))
  const refused = new Set<string>()
  /** The last whole line, and what follows it. */
  let held: Buffer = Buffer.alloc(0)
  let isComplete = false
  try {
    await readRaw({ take }, path, decoding)
    await takeLines(Buffer.concat([held, twoLineFeeds]))
    for (const joiner of joiners) await joiner.end()
    isComplete = true
  } finally {
    await out.end(isComplete)
  }

  function refuse(reason: UnverifiedReason, expected: string): void {
    if (refused.has(expected)) return
    refused.add(expected)
    addGap(decoding, { reason, path: [...path, 'joined'], offset: 0, detail: `cut-lines: expected ${expected}` })
  }

  async function take(): Promise<Uint8Array | undefined> {
    const bytes = await source.take()
    if (bytes === undefined) return undefined
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const first = chunk.indexOf(lineFeed) + 1
    const second = first === 0 ? 0 : chunk.indexOf(lineFeed, first) + 1
    const seam = Buffer.concat([held, second === 0 ? chunk : chunk.subarray(0, second)])
    const left = seam.subarray(await takeLines(seam))
    // So long a line is one each time.
    if (second === 0) held = left.length < most ? left : Buffer.concat([left, twoLineFeeds.subarray(1)])
    // The chunk is not copied, for that takes as long as looking at it.
    else held = Buffer.from(chunk.subarray(first + (await takeLines(chunk.subarray(first)))))
    return bytes
  }

  /** Takes all lines but the last whole one, and returns where that begins. */
  async function takeLines(lines: Buffer): Promise<number> {
    const end = lines.lastIndexOf(lineFeed) + 1
    const to = end < 2 ? 0 : lines.lastIndexOf(lineFeed, end - 2) + 1
    for (const joiner of joiners) {
      for (let at = 0; at < to; ) {
        const start = joiner.next(lines, at, end)
        if (start === -1 || start >= to) break
        const behind = lines.indexOf(lineFeed, start) + 1
        const next = lines.subarray(behind, lines.indexOf(lineFeed, behind))
        const pushed = joiner.take(lines.subarray(start, behind - 1), next)
        if (pushed !== undefined) await pushed
        at = behind
      }
    }
    return to
  }
}

type Refuse = (reason: UnverifiedReason, expected: string) => void

/** Puts fragments together that go on, and writes a row where they end. `memory` is what all of an object share. */
function createJoiner(kind: Fragments, out: RowWriter, memory: { held: number }, refuse: Refuse) {
  const read = kind.reader()
  const open = new Map<string, { parts: Buffer[]; length: number; turn: string | undefined }>()

  function put(fragment: Fragment): Promise<void> | undefined {
    const { key, text, goesOn, isAnybodys, turn } = fragment
    if (open.has(key) && open.get(key)!.turn !== turn) {
      const written = write(key, 0)
      return written === undefined ? put(fragment) : written.then(() => put(fragment))
    }
    if (isAnybodys && goesOn) refuse('unsupported-format', 'to be told whose a message in fragments is')
    if (!open.has(key)) {
      if (!goesOn) return undefined
      if (open.size === mostTexts) {
        refuse('limit', `at most ${mostTexts} texts in fragments at the same time, got more`)
        return undefined
      }
    }
    const known = open.get(key) ?? { parts: [], length: 0, turn }
    known.parts.push(Buffer.from(text))
    known.length += text.length
    memory.held += text.length
    if (known.parts.length === mostFragments) known.parts = [Buffer.concat(known.parts)]
    open.set(key, known)
    if (!goesOn) return write(key, 0)
    if (known.length >= most) return write(key, overlap)
    return memory.held >= mostHeld ? write(longest(), overlap) : undefined
  }

  /** Writes what there is of a text, and keeps so many bytes of its end. */
  function write(key: string, kept: number): Promise<void> | undefined {
    const { parts, turn } = open.get(key)!
    const whole = Buffer.concat(parts)
    const left = Buffer.from(whole.subarray(Math.max(0, whole.length - kept)))
    if (kept === 0) open.delete(key)
    else open.set(key, { parts: [left], length: left.length, turn })
    memory.held -= whole.length - left.length
    out.cell(whole)
    return out.endRow()
  }

  const longest = () => [...open].reduce((one, other) => (other[1].length > one[1].length ? other : one))[0]

  return {
    next: (lines: Buffer, at: number, to: number) => (open.size > 0 ? at : kind.next(lines, at, to)),
    take(line: Buffer, next: Buffer): Promise<void> | undefined {
      const fragment = read(line, next)
      if (fragment === 'unread') refuse('unsupported-format', 'a record with the message that it has a fragment of')
      return fragment === undefined || fragment === 'unread' ? undefined : put(fragment)
    },
    async end(): Promise<void> {
      for (const key of [...open.keys()]) await write(key, 0)
    },
  }
}
