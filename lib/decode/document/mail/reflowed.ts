const space = 0x20
const lineFeed = 0x0a
const carriageReturn = 0x0d
/** Of a longer line or paragraph no more is put together at a time. */
const mostHeld = 65_536
/** As much of its end goes on with what follows, from a blank on: no word that is looked for is longer. */
const mostCarried = 4096
/** Bytes of a line in which it may be quoted. */
const mostQuotes = 256
const end = Buffer.of(lineFeed)

/**
 * Text of flowed lines whose last blank does not count (RFC 3676, `DelSp=yes`), which may be broken within a word: as it is, and behind each
 * paragraph of several lines all of it in one, of further lines without the `>` that quote them, at any depth. A paragraph of more than 64 KiB comes in pieces that
 * share a few words.
 */
export async function* reflowed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const paragraphs = createParagraphs()
  /** Of the line that has not ended: all, or the end of a long one. */
  let parts: Buffer[] = []
  let length = 0
  let isLong = false

  function line(last: Buffer): Buffer[] {
    const whole = parts.length === 0 ? last : Buffer.concat([...parts, last])
    const made = isLong ? paragraphs.endLong(whole) : paragraphs.add(whole)
    parts = []
    length = 0
    isLong = false
    return made
  }

  for await (const given of body) {
    // It may be overwritten while what is yielded is looked at.
    const bytes = Buffer.from(given)
    let at = 0
    for (let stop = bytes.indexOf(lineFeed); stop !== -1; stop = bytes.indexOf(lineFeed, at)) {
      const made = line(bytes.subarray(at, stop))
      yield bytes.subarray(at, stop + 1)
      yield* made
      at = stop + 1
    }
    const rest = bytes.subarray(at)
    if (rest.length === 0) continue
    yield rest
    parts.push(rest)
    length += rest.length
    if (length <= mostHeld) continue
    // Nobody breaks such a line: only its beginning and its end may have been broken off others.
    const held = Buffer.concat(parts)
    if (!isLong) paragraphs.beginLong(held)
    isLong = true
    parts = [held.subarray(-mostCarried)]
    length = mostCarried
  }
  const made = [...line(Buffer.alloc(0)), ...paragraphs.end()]
  if (made.length > 0) yield end
  yield* made
}

/** Puts lines together. Each call returns the paragraphs of several lines that have ended. */
function createParagraphs() {
  let texts: Buffer[] = []
  let length = 0
  let lines = 0
  let made: Buffer[] = []

  function finish(): void {
    if (lines > 1) made.push(Buffer.concat([...texts, end]))
    texts = []
    length = 0
    lines = 0
  }

  /** A line without the blank that it may have been stuffed with, and if it goes on with another one, without its quotes (RFC 3676, 4.4, 4.5). */
  function unquoted(line: Buffer): Buffer {
    const quotes = lines === 0 ? '' : /^(?:> ?)*/.exec(line.toString('latin1', 0, mostQuotes))![0]
    const text = line.subarray(quotes.length)
    return quotes === '' && text[0] === space ? text.subarray(1) : text
  }

  function append(text: Buffer): void {
    const to = text.at(-1) === carriageReturn ? text.length - 1 : text.length
    const isFlowed = to > 0 && text[to - 1] === space
    texts.push(text.subarray(0, isFlowed ? to - 1 : to))
    lines += 1
    length += to
    if (!isFlowed) finish()
    else if (length >= mostHeld) carryOn(Buffer.concat(texts))
  }

  /** Goes on with the end of a text, as if it were a line. */
  function carryOn(text: Buffer): void {
    finish()
    const tail = text.subarray(-mostCarried)
    texts = [Buffer.from(tail.subarray(tail.indexOf(space) + 1))]
    length = texts[0]!.length
    lines = 1
  }

  function taken(): Buffer[] {
    const all = made
    made = []
    return all
  }

  return {
    add(line: Buffer): Buffer[] {
      append(unquoted(line))
      return taken()
    },
    /** The beginning of a line that is not held as a whole, and then the end of it. */
    beginLong(line: Buffer): void {
      texts.push(unquoted(line))
      lines += 1
      finish()
    },
    endLong(tail: Buffer): Buffer[] {
      append(tail.subarray(tail.indexOf(space) + 1))
      return taken()
    },
    end(): Buffer[] {
      finish()
      return taken()
    },
  }
}
