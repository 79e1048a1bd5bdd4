import { headLength } from '../checks/known-formats.ts'
import { type RowWriter, textWriter } from '../database/row-writer.ts'
import { addGap, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { readRaw } from '../raw-content.ts'
import { type Fragments, lineFragments } from './line-fragments.ts'

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
 * several lines have the fragments of, `joined`, a line each.
 */
export const cutLines: Format = {
  name: 'cut-lines',
  kind: 'archive',
  isFormat: (head) => kindOf(head) !== undefined,
  read: readCutLines,
}

function kindOf(head: Uint8Array): Fragments | undefined {
  // Nothing is put together of one line.
  if (!firsts.has(head[0] ?? 0) || (head.length < headLength && !head.includes(lineFeed))) return undefined
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  return lineFragments.find(({ isKind }) => isKind(text))
}

const firsts = new Set(Buffer.from('{0123456789abcdefWHGPDOCT'))

async function readCutLines({ source, path }: Content, decoding: Decoding): Promise<void> {
  const kind = kindOf((await source.peekSome(headLength)).subarray(0, headLength))!
  const out = textWriter([...path, 'joined'], decoding)
  const joiner = createJoiner(kind, out, refuse)
  /** The last whole line, and what follows it. */
  let held: Buffer = Buffer.alloc(0)
  let isComplete = false
  try {
    await readRaw({ take }, path, decoding)
    await takeLines(Buffer.concat([held, twoLineFeeds]))
    await joiner.end()
    isComplete = true
  } finally {
    await out.end(isComplete)
  }

  function refuse(): void {
    const detail = `cut-lines: expected at most ${mostTexts} texts in fragments at the same time, got more`
    addGap(decoding, { reason: 'limit', path: [...path, 'joined'], offset: 0, detail })
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
    for (let at = 0; at < to; ) {
      const start = joiner.isOpen() ? at : kind.next(lines, at, end)
      if (start === -1 || start >= to) break
      const behind = lines.indexOf(lineFeed, start) + 1
      const next = lines.subarray(behind, lines.indexOf(lineFeed, behind))
      const pushed = joiner.take(lines.subarray(start, behind - 1), next)
      if (pushed !== undefined) await pushed
      at = behind
    }
    return to
  }
}

/** Puts fragments together that go on, and writes a row where they end. `refuse`: there are more texts than are kept. */
function createJoiner(kind: Fragments, out: RowWriter, refuse: () => void) {
  const read = kind.reader()
  const open = new Map<string, { parts: Buffer[]; length: number }>()
  let held = 0
  let hasRefused = false

  function put(key: string, text: Buffer, goesOn: boolean): Promise<void> | undefined {
    const known = open.get(key) ?? { parts: [], length: 0 }
    if (!open.has(key)) {
      if (!goesOn) return undefined
      if (open.size === mostTexts) {
        if (!hasRefused) refuse()
        hasRefused = true
        return undefined
      }
    }
    known.parts.push(Buffer.from(text))
    known.length += text.length
    held += text.length
    if (known.parts.length === mostFragments) known.parts = [Buffer.concat(known.parts)]
    open.set(key, known)
    if (goesOn && known.length < most && held < mostHeld) return undefined
    const whole = Buffer.concat(known.parts)
    open.delete(key)
    held -= whole.length
    if (goesOn) {
      const left = Buffer.from(whole.subarray(-overlap))
      open.set(key, { parts: [left], length: left.length })
      held += left.length
    }
    out.cell(whole)
    return out.endRow()
  }

  return {
    isOpen: () => open.size > 0,
    take(line: Buffer, next: Buffer): Promise<void> | undefined {
      const fragment = read(line, next)
      return fragment && put(fragment.key, fragment.text, fragment.goesOn)
    },
    async end(): Promise<void> {
      for (const key of [...open.keys()]) await put(key, Buffer.alloc(0), false)
    },
  }
}
