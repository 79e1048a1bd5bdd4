import { byteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { decodeMember } from '../decode-member.ts'
import { addGap, countMember, countProduced, type Decoding, stopOf } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { gathered } from '../gathered.ts'
import { latin1 } from '../latin-1.ts'
import { nextBytes } from '../next-bytes.ts'
import { readRaw } from '../raw-content.ts'

const lineFeed = 0x0a
const firsts = new Set(Buffer.from('#\r\nbcfoprt\xef', 'latin1'))
const preamble = /^(?:\xef\xbb\xbf)?(?:(?:feature|option|progress) [^\n]*\n|#[^\n]*\n|\r?\n)*/
/** Also with the line ends of Windows, with which no length is right any more. */
const beginning =
  /^(?:blob\r?\n(?:mark :|original-oid |data (?:\d|<<))|commit \S+\r?\n(?:mark :|original-oid |author |committer )|tag \S+\r?\n(?:mark :|from |original-oid )|reset (?:HEAD|refs\/\S+)\r?\n(?:\r?\n|blob\r?\n|(?:commit|from|reset|tag) \S))/
/** How a line outside of data begins (git-fast-import(1)), and what has a file or a note behind it. */
const command =
  /^(?:$|#|(?:alias|blob|checkpoint|deleteall|done)\r?$|(?:[CDMNR]|author|cat-blob|commit|committer|data|encoding|feature|from|get-mark|gpgsig|ls|mark|merge|option|original-oid|progress|property|reset|tag|tagger|to) )/
const beforeFile = /^(?:blob$|M \d+ inline |N inline )/
const dataLine = /^data (\d{1,15})$/
/** As much of a line tells all that. */
const mostOfLine = 'data 1234567890123456'.length

/**
 * What `git fast-export` writes, and others for it. A message has its length in front and, as many that were made on servers, no line end: the next command stands right behind its last word
 * (`by bobM 100644 …`). Commands and messages are delivered as `text`, with a line end there; each file, and what else begins like a container, is a content of its own (`blob-1`).
 */
export const gitExport: Format = {
  name: 'git-export',
  kind: 'table',
  isFormat: (head) => firsts.has(head[0] ?? 0) && beginning.test(latin1(head).replace(preamble, '')),
  async read(content, decoding) {
    const path = [...content.path, 'text']
    const text = byteSource(gathered(commandsOf(content, decoding)))
    let produced = 0
    async function take(): Promise<Uint8Array | undefined> {
      const chunk = await text.take()
      countProduced(decoding, chunk?.length ?? 0, path, produced)
      produced += chunk?.length ?? 0
      return chunk
    }
    await readRaw({ take }, path, decoding)
  },
}

/** Commands and messages, in memory of their own. Files are read meanwhile. */
async function* commandsOf({ source, path }: Content, decoding: Decoding): AsyncGenerator<Uint8Array> {
  let offset = 0
  let blobs = 0
  let isRefused = false
  /** A file or a note is the next data. */
  let isFileNext = false
  const stop = stopOf('git-export', path, () => offset)
  const truncated = () => stop('truncated', 'expected more bytes of data')

  /** What cannot be told from data is read as it is. */
  function refuse(): void {
    if (isRefused) return
    isRefused = true
    const detail = 'git-export: expected commands, and the length of all data'
    addGap(decoding, { reason: 'unsupported-format', path, offset, detail })
  }

  /** Returns how much data begins behind a line. */
  function sizeBehind(line: string): number {
    const size = dataLine.exec(line)?.[1]
    if (!command.test(line) || (size === undefined && line.startsWith('data '))) refuse()
    if (size === undefined) isFileNext ||= beforeFile.test(line)
    else if (Number(size) === 0) isFileNext = false
    return Number(size ?? 0)
  }

  async function isFile(size: number): Promise<boolean> {
    return (
      isFileNext || decoding.isContainer((await source.peekSome(headLength)).subarray(0, Math.min(size, headLength)))
    )
  }

  /** The beginning of the line so far. */
  let line = ''
  for (let chunk = await source.take(); chunk !== undefined; chunk = await source.take()) {
    let size = 0
    let at = 0
    while (at < chunk.length && size === 0) {
      const end = chunk.indexOf(lineFeed, at)
      const to = end < 0 ? chunk.length : end
      line += latin1(chunk.subarray(at, Math.min(to, at + mostOfLine - line.length)))
      at = end < 0 ? to : end + 1
      if (end < 0) continue
      size = sizeBehind(line)
      line = ''
    }
    offset += at
    yield Buffer.from(chunk.subarray(0, at))
    source.giveBack(chunk.subarray(at))
    if (size === 0) continue
    if (await isFile(size)) {
      countMember(decoding, path)
      const blob = byteSource(nextBytes(source, size, truncated))
      await decodeMember({ source: blob, path: [...path, `blob-${++blobs}`] }, decoding)
    } else {
      let last = lineFeed
      for await (const piece of nextBytes(source, size, truncated)) {
        yield Buffer.from(piece)
        last = piece.at(-1)!
      }
      const next = (await source.peekSome(1))[0] ?? lineFeed
      if (last !== lineFeed && next !== lineFeed) yield Buffer.of(lineFeed)
    }
    offset += size
    isFileNext = false
  }
}
