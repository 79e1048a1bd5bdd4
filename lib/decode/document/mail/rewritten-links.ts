import type { RowWriter } from '../../database/row-writer.ts'

const host = Buffer.from('urldefense')
/** Of a longer link no more is read. */
const mostLink = 16 * 1024
/** Each time that a message is passed on to another company that has its links rewritten they are rewritten once more. */
const mostAgain = 8
/** Version 2 writes `-` for `%` and `_` for `/`. Behind `&` is what it adds. */
const second = /^urldefense\.[a-z.]+\/v2\/url\?u=([^&]+)/
/** Version 3 writes `*` for a character, or `**` and how many there are, which are listed in base64url behind the link. */
const third = /^urldefense\.[a-z.]+\/v3\/__(.+?)__;([\w-]*)=*!/
const runs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const shortestRun = 2

/**
 * Reads links that Proofpoint's URL Defense rewrote out of a text that is written in chunks, and writes each as it was, a row each; what is percent-encoded in it stays so. As rewritten, a
 * name in a path has `_` on both sides, and signs are spelled `-2D` or listed elsewhere. (Proofpoint, "URL Defense Decoding", URLDefenseDecoder.py.)
 */
function rewrittenLinks(out: RowWriter) {
  /** What may be the beginning of a link that goes on. */
  let held: Buffer = Buffer.alloc(0)

  async function read(bytes: Buffer, isLast: boolean): Promise<void> {
    let from = 0
    for (let at = bytes.indexOf(host); at !== -1; at = bytes.indexOf(host, from)) {
      const end = endOf(bytes, at)
      if (end === bytes.length && !isLast && end - at < mostLink) {
        held = Buffer.from(bytes.subarray(at))
        return
      }
      from = end
      for (const link of asWritten(bytes.toString('latin1', at, end))) {
        out.cell(Buffer.from(link))
        await out.endRow()
      }
    }
    held = Buffer.from(bytes.subarray(Math.max(from, bytes.length - host.length + 1)))
  }

  return {
    async write(chunk: Uint8Array): Promise<void> {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      await read(held.length === 0 ? bytes : Buffer.concat([held, bytes]), false)
    },
    end: () => read(held, true),
  }
}

/** The same chunks, each of which was looked at for links by the time it is there. */
export async function* withLinks(chunks: AsyncIterable<Uint8Array>, out: RowWriter): AsyncGenerator<Uint8Array> {
  const links = rewrittenLinks(out)
  for await (const chunk of chunks) {
    await links.write(chunk)
    yield chunk
  }
  await links.end()
}

/** The same of chunks that are taken one by one. */
export function takenWithLinks(take: () => Promise<Uint8Array | undefined>, out: RowWriter): typeof take {
  const links = rewrittenLinks(out)
  return async () => {
    const chunk = await take()
    await (chunk === undefined ? links.end() : links.write(chunk))
    return chunk
  }
}

/** Where a link ends that begins at `at`: before a blank, a quote, a sign of a tag or what is not ASCII. */
function endOf(bytes: Buffer, at: number): number {
  const most = Math.min(bytes.length, at + mostLink)
  let end = at
  while (end < most && bytes[end]! > 0x20 && bytes[end]! < 0x7f && !'"<>'.includes(String.fromCharCode(bytes[end]!)))
    end++
  return end
}

/** What a link was before, and before that. */
function asWritten(text: string): string[] {
  const links: string[] = []
  let link = before(text)
  while (link !== undefined && links.length < mostAgain) {
    links.push(link)
    const again = link.indexOf('urldefense')
    link = again === -1 ? undefined : before(withSigns(link.slice(again)))
  }
  return links
}

const withSigns = (link: string) =>
  link.replace(/%([2-7][0-9a-f])/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))

/** What was rewritten as this, if it was. */
function before(text: string): string | undefined {
  const value = second.exec(text)?.[1]
  if (value !== undefined) return value.replaceAll('-', '%').replaceAll('_', '/')
  const [, link, listed] = third.exec(text) ?? []
  if (link === undefined) return undefined
  const characters = [...Buffer.from(listed!, 'base64url').toString()]
  let next = 0
  return link.replace(/\*(?:\*([\w-]))?/g, (_, run: string | undefined) => {
    const start = next
    next += run === undefined ? 1 : runs.indexOf(run) + shortestRun
    return characters.slice(start, next).join('')
  })
}
