const space = 0x20
const lineFeed = 0x0a
const carriageReturn = 0x0d
/** Of a longer line or paragraph no more is put together: what is not broken is whole in the text as it is. */
const mostHeld = 65_536
const end = Buffer.of(lineFeed)

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
    const to = text.at(-1) === carriageReturn ? text.length - 1 : text.length
    const isFlowed = to > 0 && text[to - 1] === space && length < mostHeld
    paragraph.push(Buffer.from(text.subarray(0, isFlowed ? to - 1 : to)))
    length += to
    if (isFlowed) return undefined
    const whole = paragraph.length > 1 ? Buffer.concat([...paragraph, end]) : undefined
    paragraph = []
    length = 0
    return whole
  }

  for await (const bytes of body) {
    held = Buffer.concat([held, bytes])
    let at = 0
    for (let stop = held.indexOf(lineFeed); stop !== -1; stop = held.indexOf(lineFeed, at)) {
      const whole = next(held.subarray(at, stop))
      yield Buffer.from(held.subarray(at, stop + 1))
      if (whole !== undefined) yield whole
      at = stop + 1
    }
    held = held.subarray(at)
    // Nobody breaks such a line.
    if (held.length <= mostHeld) continue
    yield held
    held = Buffer.alloc(0)
  }
  const whole = next(held)
  yield held
  if (whole === undefined) return
  yield end
  yield whole
}
