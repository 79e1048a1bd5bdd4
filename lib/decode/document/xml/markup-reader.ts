/** What a reader of markup tells: texts between tags, and tags, as bytes from `from` to before `to`, which are overwritten later. */
export type MarkupEvents = {
  /** Text, with or without references to characters in it. */
  text(bytes: Buffer, from: number, to: number, isLiteral: boolean): void
  /** A tag without its brackets, or of a long one its beginning; `hasReference`: in all of it; `isCut`: it is a long one with references. */
  tag(bytes: Buffer, from: number, to: number, hasReference: boolean, isCut: boolean): void
  /** What stands in `<! >`, its bytes as Latin-1, or of a long one its beginning; `isCut`: that is so, or it does not end. */
  declaration(text: string, isCut: boolean): void
  /** Reads on by itself from `at` on, where no tag is open, as far as it can; returns where it stopped, before a tag or at the end. */
  skip(bytes: Buffer, at: number): number
}

const less = 0x3c
const more = 0x3e
const ampersand = 0x26
/** Of longer tags only so much is kept. */
const mostTag = 65_536

/** Bytes that mean something in a tag. */
const inTag = Uint8Array.from({ length: 256 }, (_, byte) => ([0x22, 0x27, more, ampersand].includes(byte) ? 1 : 0))

/** A text is sooner looked through up to here than searched. */
const shortText = 32
/** Bytes that are worth to have been skipped. */
const little = 64
const mostWaits = 64

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
  /** What is known of a tag or declaration that did not end in what was written before. */
  let kept: Buffer[] = []
  let keptLength = 0
  let hasReference = false

  function keep(to: number): void {
    if (keptLength < mostTag) kept.push(held.subarray(at, Math.min(to, at + mostTag - keptLength)))
    keptLength += to - at
    at = to
  }

  function tell(isOpen: boolean): void {
    const bytes = Buffer.concat(kept)
    const isLong = keptLength > mostTag
    kept = []
    keptLength = 0
    if (state === 'tag') events.tag(bytes, 0, bytes.length, hasReference, isLong && hasReference)
    else events.declaration(bytes.toString('latin1'), isOpen || isLong)
  }

  /** Where a tag ends in `held`, quotes left out; -1: not yet. */
  function endOfTag(): number {
    // Local ones are faster in a loop.
    const bytes = held
    const { length } = bytes
    let open = quote
    for (let index = at; index < length; index++) {
      const byte = bytes[index]!
      if (inTag[byte] === 0) continue
      if (byte === ampersand) hasReference = true
      else if (open === 0) {
        if (byte === more) return index
        open = byte
      } else if (byte === open) open = 0
    }
    quote = open
    return -1
  }

  /** Where a declaration ends in `held`, quotes and inner brackets left out; -1: not yet. */
  function endOfDeclaration(): number {
    for (let index = at; index < held.length; index++) {
      const byte = held[index]!
      if (quote !== 0) {
        if (byte === quote) quote = 0
      } else if (byte === 0x22 || byte === 0x27) quote = byte
      else if (byte === 0x5b || byte === less) depth += 1
      else if (byte === 0x5d || (byte === more && depth > 0)) depth -= 1
      else if (byte === more) return index
    }
    return -1
  }

  function begin(): boolean {
    const sign = held[at + 1]
    const isTag = sign !== 0x21 && sign !== 0x3f && sign !== undefined
    const start = isTag ? '<' : held.toString('latin1', at, at + longestStart)
    // Tags wait as well, so that texts are cut in the same places.
    if (at + longestStart > held.length && !isLast && starts.some((each) => each.startsWith(start))) return false
    const [next, length] = isTag ? tagStart : startOf(start)
    state = next
    quote = 0
    depth = 0
    hasReference = false
    at += length
    return true
  }

  let isLast = false

  function endOfText(): number {
    const bytes = held
    const near = Math.min(at + shortText, bytes.length)
    for (let index = at; index < near; index++) if (bytes[index] === less) return index
    const next = bytes.indexOf(less, near)
    return next === -1 ? bytes.length : next
  }

  /** Where little is read by the one that skips it is not asked again for so many texts, and for more the next time. */
  let waits = 0
  let wait = 0

  function skip(): void {
    if (waits-- > 0) return
    const from = at
    at = events.skip(held, from)
    wait = at - from < little ? Math.min(mostWaits, 2 * wait + 1) : 0
    waits = wait
  }

  /** Whether something was read. */
  function step(): boolean {
    if (at === held.length) return false
    if (state === 'text') {
      const end = endOfText()
      if (end === at) return begin()
      const from = at
      at = end
      events.text(held, from, end, false)
      return true
    }
    if (state === 'tag' || state === 'declaration') {
      const end = state === 'tag' ? endOfTag() : endOfDeclaration()
      const from = at
      if (end !== -1 && keptLength === 0 && end - from <= mostTag && state === 'tag') {
        at = end + 1
        state = 'text'
        events.tag(held, from, end, hasReference, false)
        return true
      }
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
    if (end > at && state === 'literal') events.text(held, at, end, true)
    at = found === -1 ? end : found + mark.length
    if (found !== -1) state = 'text'
    return found !== -1
  }

  return {
    write(bytes) {
      held = at === held.length ? Buffer.from(bytes) : Buffer.concat([held.subarray(at), bytes])
      at = 0
      do if (state === 'text') skip()
      while (step())
    },
    end() {
      isLast = true
      do if (state === 'text') skip()
      while (step())
      if (state === 'tag' || state === 'declaration') tell(true)
    },
  }
}

const starts = ['<!--', '<![CDATA[']
const tagStart: readonly [State, number] = ['tag', 1]

/** What begins with `<!`, `<?` or a `<` that is the last byte, and how long its start is. */
function startOf(start: string): readonly [State, number] {
  if (start.startsWith('<!--')) return ['comment', 4]
  if (start === '<![CDATA[') return ['literal', longestStart]
  if (start.startsWith('<?')) return ['instruction', 2]
  return start.startsWith('<!') ? ['declaration', 2] : tagStart
}
