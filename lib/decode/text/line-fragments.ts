import { collectedLines } from './collected-lines.ts'
import { drawingLines } from './drawing-lines.ts'
import { nextLongLine } from './long-lines.ts'
import { postgresLines } from './postgres-lines.ts'

/** Of a line, what its writer calls the text that it is a fragment of, the fragment, and whether the next one of that text goes on where it ends. `isAnybodys`: others may have written texts of the same name in between. `turn`: where it is another one, the text before it has ended. */
export type Fragment = { key: string; text: Buffer; goesOn: boolean; isAnybodys?: boolean; turn?: string }

/** How a kind of file cuts texts into lines. */
export type Fragments = {
  isKind(head: string): boolean
  /** Reads a file's lines from one that may go on to where none does, each without its line feed, and with the next one. Of lines that are no fragment nothing comes; `unread`: this may be one. */
  reader(): (line: Buffer, next: Buffer) => Fragment | 'unread' | undefined
  /** Where the first line begins, from the one at `at` on, that may go on; -1: none does, of those that end before `to`. */
  next(lines: Buffer, at: number, to: number): number
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

const dockerEnd = Buffer.from('","stream":"')
const dockerBegin = '{"log":"'
/** What Docker reads at a time: only a message that fills it is cut. */
const dockerBytes = 16 * 1024

/** Logs of containers as Docker keeps them (`json-file`): a message without a line end goes on. */
const docker: Fragments = {
  isKind: (head) => head.startsWith(dockerBegin),
  reader: () => (line) => {
    const end = line.indexOf(dockerEnd)
    if (end === -1 || line.toString('latin1', 0, dockerBegin.length) !== dockerBegin) return undefined
    const stream = end + dockerEnd.length
    const key = line.toString('latin1', stream, stream + 6)
    if (key !== 'stdout' && key !== 'stderr') return undefined
    return {
      key,
      text: line.subarray(dockerBegin.length, end),
      goesOn: line.toString('latin1', end - 2, end) !== '\\n',
    }
  },
  next: (lines, at, to) => nextLongLine(lines, at, to, dockerBytes),
}

const cri = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (std(?:out|err)) ([PF])(?::\S*)? /
const space = 0x20
const letterP = 0x50

/** Logs of containers as Kubernetes and Podman have them: the fragments of a message are marked with `P`, the last one with `F`. */
const kubernetes: Fragments = {
  isKind: (head) => cri.test(head),
  reader: () => (line) => {
    const [all, key, tag] = cri.exec(line.toString('latin1', 0, 64)) ?? []
    if (all === undefined) return undefined
    return { key: key!, text: line.subarray(all.length), goesOn: tag === 'P' }
  },
  next(lines, at, to) {
    for (let start = at; start < to; start = lines.indexOf(lineFeed, start) + 1) {
      let tag = start
      while (tag < to && lines[tag]! > space) tag++
      if (lines[tag + ' stdout '.length] === letterP) return start
    }
    return -1
  },
}

/** Recordings of terminals (asciicast 2 and 3): each event of output or input has what was written at a time, one key of somebody who types. */
const asciicast: Fragments = {
  isKind: (head) => /^\{\s*"version"\s*:\s*[23]\s*,[^\n]*"(?:width|cols)"/.test(head),
  reader: () => (line) => {
    const [all, key] = /^\s*\[\s*[\d.eE+-]+\s*,\s*"([io])"\s*,\s*"/.exec(line.toString('latin1', 0, 80)) ?? []
    if (all === undefined) return undefined
    const text = line.subarray(all.length, Math.max(all.length, line.lastIndexOf('"')))
    return { key: key!, text, goesOn: text.toString('latin1', text.length - 2) !== '\\n' }
  },
  next: (_, at) => at,
}

const request = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) \S+ HTTP\/1\.\d\r\n/
const chunkSize = /^[0-9a-f]{1,8}[ \t]*(?:;.*)?\r$/i
const longestSize = 256
const hexDigits = new Set(Buffer.from('0123456789abcdefABCDEF'))

/** What HTTP sent in chunks (RFC 9112, 7.1): lines with their sizes stand within the text. Captures, archives of the web, and objects that were stored as they were sent. */
const chunked: Fragments = {
  isKind: (head) =>
    /^WARC\/\d/.test(head) ||
    // Others are read as mail, with what their tags say.
    (/^HTTP\/1\.\d \d{3}[ \r]/.test(head) && /^transfer-encoding:[^\n]*chunked/im.test(head)) ||
    /^[0-9a-f]{1,8};chunk-signature=/.test(head) ||
    request.test(head),
  reader() {
    /** The line is the size of the chunk that begins behind it. */
    let isSize = false
    return (line, next) => {
      const wasSize = isSize
      isSize = !wasSize && isCut(line, line.length, next, 0, next.length)
      return wasSize ? undefined : { key: '', text: isSize ? line.subarray(0, -1) : line, goesOn: isSize }
    }
  },
  next(lines, at, to) {
    let before = at
    let end = lines.indexOf(lineFeed, at)
    for (let start = end + 1; start < to; start = end + 1) {
      end = lines.indexOf(lineFeed, start)
      if (isCut(lines, start - 1, lines, start, end)) return before
      before = start
    }
    return -1
  },
}

/** Whether a chunk ends where a line of text does, before the line feed at `lineEnd`: the next one, [from, to), is the size of another chunk. */
function isCut(line: Buffer, lineEnd: number, next: Buffer, from: number, to: number): boolean {
  if (to - from > longestSize || line[lineEnd - 1] !== carriageReturn || next[to - 1] !== carriageReturn) return false
  return hexDigits.has(next[from]!) && chunkSize.test(next.toString('latin1', from, to))
}

export const lineFragments: readonly Fragments[] = [
  docker,
  kubernetes,
  asciicast,
  chunked,
  postgresLines,
  drawingLines,
  ...collectedLines,
]
