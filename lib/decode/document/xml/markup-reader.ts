/** What a reader of markup tells: texts between tags, and tags. */
export type MarkupEvents = {
  /** Text, with or without references to characters in it. */
  text(bytes: Buffer, isLiteral: boolean): void
  /** A tag without its brackets, or of a long one its beginning; `isCut`: that is so, and there are references in it. */
  tag(text: string, isCut: boolean): void
  /** What stands in `<! >`, or of a long one its beginning; `isCut`: that is so, or it does not end. */
  declaration(text: string, isCut: boolean): void
}

const less = 0x3c
const ampersand = 0x26
/** Of longer tags only so much is kept. */
const mostTag = 65_536

type State = 'text' | 'tag' | 'comment' | 'instruction' | 'literal' | 'declaration'

const ends: Record<Exclude<State, 'text' | 'tag' | 'declaration'>, string> = {
  comment: '-->',
  instruction: '?>',
  literal: ']]>',
}
/** The longest beginning by which kinds of markup differ. */
const longestStart = '<![CDATA['.length

/** Reads markup (XML 1.0, HTML as far as it is alike) piece by piece. It fails on nothing: what is no markup is text or a tag. */
export function markupReader(events: MarkupEvents): { write(bytes: Uint8Array): void; end(): void } {
  let held: Buffer = Buffer.alloc(0)
  let state: State = 'text'
  let quote = 0
  let depth = 0
  let kept: Buffer[] = []
  let keptLength = 0
  let hasReference = false

  function keep(bytes: Buffer): void {
    if (keptLength < mostTag) kept.push(Buffer.from(bytes.subarray(0, mostTag - keptLength)))
    keptLength += bytes.length
    hasReference ||= bytes.includes(ampersand)
  }

  function tell(isOpen: boolean): void {
    const isLong = keptLength > mostTag
    const isCut = isLong && hasReference
    if (state === 'tag') events.tag(takeKept(), isCut)
    else events.declaration(takeKept(), isOpen || isLong)
  }

  function takeKept(): string {
    const text = Buffer.concat(kept).toString('latin1')
    kept = []
    keptLength = 0
    hasReference = false
    return text
  }

  /** Where a tag or declaration ends in `held` from `from` on, quotes and inner brackets left out; -1: not yet. */
  function endOfTag(): number {
    for (let at = 0; at < held.length; at++) {
      const byte = held[at]!
      if (quote !== 0) {
        if (byte === quote) quote = 0
      } else if (byte === 0x22 || byte === 0x27) quote = byte
      else if (state === 'declaration' && (byte === 0x5b || byte === less)) depth += 1
      else if (state === 'declaration' && (byte === 0x5d || (byte === 0x3e && depth > 0))) depth -= 1
      else if (byte === 0x3e) return at
    }
    return -1
  }

  function begin(): boolean {
    if (held.length < longestStart && !isLast) {
      const start = held.toString('latin1')
      if (['<!--', '<![CDATA['].some((each) => each.startsWith(start))) return false
    }
    const start = held.toString('latin1', 0, longestStart)
    const [next, length]: [State, number] = start.startsWith('<!--')
      ? ['comment', 4]
      : start === '<![CDATA['
        ? ['literal', longestStart]
        : start.startsWith('<?')
          ? ['instruction', 2]
          : start.startsWith('<!')
            ? ['declaration', 2]
            : ['tag', 1]
    state = next
    quote = 0
    depth = 0
    held = held.subarray(length)
    return true
  }

  let isLast = false

  /** Whether something was read. */
  function step(): boolean {
    if (held.length === 0) return false
    if (state === 'text') {
      const at = held.indexOf(less)
      if (at === 0) return begin()
      const end = at === -1 ? held.length : at
      events.text(held.subarray(0, end), false)
      held = held.subarray(end)
      return true
    }
    if (state === 'tag' || state === 'declaration') {
      const end = endOfTag()
      if (end === -1) {
        keep(held)
        held = Buffer.alloc(0)
        return false
      }
      keep(held.subarray(0, end))
      held = held.subarray(end + 1)
      tell(false)
      state = 'text'
      return true
    }
    const mark = ends[state]
    const found = held.indexOf(mark)
    // A mark may be cut.
    const end = found === -1 ? Math.max(0, held.length - mark.length + 1) : found
    if (end > 0 && state === 'literal') events.text(held.subarray(0, end), true)
    held = held.subarray(found === -1 ? end : found + mark.length)
    if (found !== -1) state = 'text'
    return found !== -1
  }

  return {
    write(bytes) {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes])
      while (step());
    },
    end() {
      isLast = true
      while (step());
      if (state === 'tag' || state === 'declaration') tell(true)
    },
  }
}
