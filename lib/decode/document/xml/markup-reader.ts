/** What a reader of markup tells: texts between tags, and tags. */
export type MarkupEvents = {
  /** Text, its bytes as Latin-1, with or without references to characters in it. */
  text(text: string, isLiteral: boolean): void
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
  /** What is read next is at `at`. */
  let held: Buffer = Buffer.alloc(0)
  let at = 0
  let state: State = 'text'
  let quote = 0
  let depth = 0
  /** What is known of a tag or declaration. */
  let kept = ''
  let keptLength = 0
  let hasReference = false

  function keep(to: number): void {
    if (keptLength < mostTag) kept += held.toString('latin1', at, Math.min(to, at + mostTag - keptLength))
    keptLength += to - at
    if (keptLength > mostTag) hasReference ||= held.subarray(at, to).includes(ampersand)
    at = to
  }

  function tell(isOpen: boolean): void {
    const text = kept
    const isLong = keptLength > mostTag
    const isCut = isLong && (hasReference || text.includes('&'))
    kept = ''
    keptLength = 0
    hasReference = false
    if (state === 'tag') events.tag(text, isCut)
    else events.declaration(text, isOpen || isLong)
  }

  /** Where a tag or declaration ends in `held`, quotes and inner brackets left out; -1: not yet. */
  function endOfTag(): number {
    for (let index = at; index < held.length; index++) {
      const byte = held[index]!
      if (quote !== 0) {
        if (byte === quote) quote = 0
      } else if (byte === 0x22 || byte === 0x27) quote = byte
      else if (state === 'declaration' && (byte === 0x5b || byte === less)) depth += 1
      else if (state === 'declaration' && (byte === 0x5d || (byte === 0x3e && depth > 0))) depth -= 1
      else if (byte === 0x3e) return index
    }
    return -1
  }

  function begin(): boolean {
    const sign = held[at + 1]
    const start =
      sign === 0x21 || sign === 0x3f || sign === undefined ? held.toString('latin1', at, at + longestStart) : '<'
    if (at + longestStart > held.length && !isLast && ['<!--', '<![CDATA['].some((each) => each.startsWith(start)))
      return false
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
    at += length
    return true
  }

  let isLast = false

  /** Whether something was read. */
  function step(): boolean {
    if (at === held.length) return false
    if (state === 'text') {
      const next = held.indexOf(less, at)
      if (next === at) return begin()
      const end = next === -1 ? held.length : next
      events.text(held.toString('latin1', at, end), false)
      at = end
      return true
    }
    if (state === 'tag' || state === 'declaration') {
      const end = endOfTag()
      keep(end === -1 ? held.length : end)
      if (end === -1) return false
      at += 1
      tell(false)
      state = 'text'
      return true
    }
    const mark = ends[state]
    const found = held.indexOf(mark, at)
    // A mark may be cut.
    const end = found === -1 ? Math.max(at, held.length - mark.length + 1) : found
    if (end > at && state === 'literal') events.text(held.toString('latin1', at, end), true)
    at = found === -1 ? end : found + mark.length
    if (found !== -1) state = 'text'
    return found !== -1
  }

  return {
    write(bytes) {
      held = at === held.length ? Buffer.from(bytes) : Buffer.concat([held.subarray(at), bytes])
      at = 0
      while (step());
    },
    end() {
      isLast = true
      while (step());
      if (state === 'tag' || state === 'declaration') tell(true)
    },
  }
}
