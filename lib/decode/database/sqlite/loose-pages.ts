import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { type PageLayout, parseSqliteHeader, sqliteHeaderLength } from './header.ts'
import { writeHeaderNumbers } from './header-numbers.ts'
import { createLeftovers, type Leftovers } from './leftovers.ts'

/** Reads pages that a log keeps, each by itself; `offset`: where it begins in the log. */
export type LoosePages = {
  read(page: Uint8Array, number: number, offset: number): Promise<void>
  end(isComplete: boolean): Promise<void>
}

/**
 * What the header of a database says is known from its first page on; until then text is taken for UTF-8, in which any identifier
 * of another encoding is not text. A row that goes on in other pages is a gap.
 */
export function createLoosePages(pageSize: number, path: readonly string[], decoding: Decoding): LoosePages {
  const layout: PageLayout = { pageSize, usable: pageSize, encoding: 'utf-8' }
  const pages: Leftovers = createLeftovers('rows', layout, path, decoding, { values: 0 })
  const headers: { numbers: number[] }[] = []

  function readHeader(page: Uint8Array, offset: number): void {
    try {
      const header = parseSqliteHeader(page.subarray(0, sqliteHeaderLength), path)
      if (header.pageSize !== pageSize)
        throw new DecodingStopped('corrupt', path, offset, 'sqlite: expected one size of pages')
      layout.usable = header.usable
      layout.encoding = header.encoding
      // A log holds the first page once for each transaction.
      if (headers.length < 1000) headers.push({ numbers: header.numbers })
      else addGap(decoding, { reason: 'limit', path, offset, detail: 'sqlite: expected at most 1000 first pages' })
    } catch (error) {
      if (!(error instanceof DecodingStopped)) throw error
      addGap(decoding, { ...error.gap, offset })
    }
  }

  return {
    async read(page, number, offset) {
      if (number === 1) readHeader(page, offset)
      await pages.readPage(page, offset, number === 1 ? sqliteHeaderLength : 0)
    },
    async end(isComplete) {
      await writeHeaderNumbers(headers, path, decoding)
      await pages.end(isComplete)
    },
  }
}
