import { addGap, countProduced, type Decoding } from '../decoding.ts'
import type { ToldBy } from '../sink.ts'
import { type ItemKind, type ListedItems, listedItems, other, watchItems, writeItems } from './listed-items.ts'
import { type Lines, type TextContent, textContent } from './text-content.ts'

/** What the values of a column are that are the only ones in items of lists; `bytes`: whole numbers of eight bits. */
export type Item = 'numbers' | 'bytes' | 'text'

/**
 * Counts lists and items that are walked through one by one: a few bytes may stand for any number of them that are empty or null, which take time and
 * make no text. @throws DecodingStopped beyond a limit
 */
export function countWalked(decoding: Decoding, count: number, path: readonly string[]): void {
  countProduced(decoding, Math.ceil(count / 8), path, 0)
}

/** Whether any of a dictionary's entries may be in a list that says something. */
export const hasItems = (items: readonly number[] = []): boolean => items.some((item) => item !== other)

/** The lists that a column's values are items of. */
export type ColumnLists = Pick<ListedItems, 'end' | 'abandon'> & {
  /** Lines of a dictionary's entries, each once. */
  entries(lines: Lines): Lines
  /** Writes lines of values to their content; `isFirst` is asked for each whether it is the first one of a list. */
  write(lines: Lines, content: TextContent, isFirst: () => boolean): Promise<void>
  /** Whether any of them may be in a list that says something. */
  hasItems(): boolean
  /** Values that are `count` entries of the dictionary. */
  indices(next: () => number, count: number, isFirst: () => boolean): Promise<void>
}

/** `path`: of the column, in which `lists` is what they are together (see `listedItems`). `items`: entries of a dictionary that was read before. */
export function columnLists(
  item: Item,
  path: readonly string[],
  decoding: Decoding,
  told: ToldBy,
  items: number[] = [],
): ColumnLists {
  const kind: ItemKind = item === 'text' ? 'text' : 'numbers'
  let hasEntries = hasItems(items)
  let isTold = false

  function addEntry(item: number): void {
    items.push(item)
    hasEntries ||= item !== other
  }

  function tellBytes(): void {
    if (!isTold)
      addGap(decoding, {
        reason: 'unsupported-format',
        path,
        offset: 0,
        detail: 'expected no bytes as lists of numbers',
      })
    isTold = true
  }

  const content = textContent([...path, 'lists'], decoding, 'text', undefined, told)
  const lists = listedItems(kind, content, item === 'bytes' ? tellBytes : undefined)

  return {
    end: lists.end,
    abandon: lists.abandon,
    entries: (lines) => watchItems(kind, lines, addEntry),
    write: (lines, content, isFirst) => writeItems(kind, lines, content, lists, isFirst),
    hasItems: () => hasEntries,
    async indices(next, count, isFirst) {
      for (let index = 0; index < count; index++) {
        lists.take(items[next()] ?? other, isFirst())
        if (lists.isFull()) await lists.flush()
      }
    },
  }
}
