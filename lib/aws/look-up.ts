import type { LargeEvidence } from '../ports.ts'

type Source = Awaited<ReturnType<LargeEvidence['open']>>

/** What a lookup asked for that is not here yet. It is thrown through the lookup, and no error of anybody. */
class Lacking {
  readonly from: number
  readonly to: number
  constructor(from: number, to: number) {
    this.from = from
    this.to = to
  }
}

/**
 * Looks something up in bytes that are far away: what `use` asks for is fetched, and `use` is called again until it lacks nothing.
 * So it has to ask for the same each time, and may be called as often as it reads. Memory: what it asks for.
 */
export async function lookUp<T>(
  size: number,
  fetch: (from: number, to: number) => Promise<Uint8Array>,
  use: (source: Source) => T,
): Promise<T> {
  const held = new Map<string, Uint8Array>()
  const source: Source = {
    size,
    read(from, to) {
      if (from === to) return new Uint8Array()
      const bytes = held.get(`${from}-${to}`)
      if (bytes === undefined) throw new Lacking(from, to)
      return bytes
    },
  }
  for (;;)
    try {
      return use(source)
    } catch (lacking) {
      if (!(lacking instanceof Lacking)) throw lacking
      const { from, to } = lacking
      held.set(`${from}-${to}`, await fetch(from, to))
    }
}
