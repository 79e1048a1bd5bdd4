const space = 0x20
const lineFeed = 0x0a
/** Of a longer paragraph no more is put together: the words at its breaks are still whole in two lines. */
const mostParagraph = 65_536

/**
 * Text of flowed lines whose last blank does not count (RFC 3676, `DelSp=yes`), which may be broken within a word: as it is, and behind each
 * paragraph of several lines all of it in one.
 */
export async function* reflowed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0)
  let paragraph: Buffer[] = []
  let length = 0

  /** What comes behind a line. */
  function next(line: Buffer): Buffer | undefined {
    const text = line[0] === space ? line.subarray(1) : line
    const end = text.at(-1) === carriageReturn ? text.length - 1 : text.length
    const isFlowed = end > 0 && text[end - 1] === space && length < mostParagraph
    paragraph.push(Buffer.from(text.subarray(0, isFlowed ? end - 1 : end)))
    length += end
    if (isFlowed) return undefined
    const whole = paragraph.length > 1 ? Buffer.concat([...paragraph, Buffer.of(lineFeed)]) : undefined
    paragraph = []
    length = 0
    return whole
  }

  for await (const bytes of body) {
    held = Buffer.concat([held, bytes])
    let at = 0
    for (let end = held.indexOf(lineFeed); end !== -1; end = held.indexOf(lineFeed, at)) {
      const whole = next(held.subarray(at, end))
      yield Buffer.from(held.subarray(at, end + 1))
      if (whole !== undefined) yield whole
      at = end + 1
    }
    held = held.subarray(at)
  }
  const whole = next(held)
  yield held
  if (whole !== undefined) {
    yield Buffer.of(lineFeed)
    yield whole
  }
}

const carriageReturn = 0x0d
