import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { SqliteHeader } from './header.ts'
import { u32 } from './page.ts'

/** What a page is for, as far as that is known without reading it. */
export const role = { unknown: 0, tree: 1, overflow: 2, trunk: 3, free: 4, pointers: 5, lock: 6, schema: 7 } as const

/** The role of every page, by its number from 1 on. */
export type PageMap = { readonly roles: Uint8Array; readonly count: number }

export type PageAt = (page: number) => Promise<Uint8Array>

/** No more than this many pages are kept in mind: half a terabyte of pages of the usual size. */
const mostPages = 2 ** 27

/**
 * Finds the pages that are known by their places or by the list of free pages; `count`: pages that are there.
 * A list that contradicts itself is a gap.
 * @throws DecodingStopped where there are too many
 */
export async function mapPages(
  header: SqliteHeader,
  count: number,
  pageAt: PageAt,
  path: readonly string[],
  decoding: Decoding,
): Promise<PageMap> {
  if (count > Math.min(mostPages, decoding.limits.heldBytes))
    throw new DecodingStopped('limit', path, 0, `sqlite: expected at most ${mostPages} pages`)
  const roles = new Uint8Array(count + 1)
  const lock = Math.floor(2 ** 30 / header.pageSize) + 1
  if (lock <= count) roles[lock] = role.lock
  const covered = Math.floor(header.usable / 5) + 1
  if (header.autovacuum)
    for (let page = 2; page <= count; page += covered) roles[page === lock ? page + 1 : page] = role.pointers
  const map = { roles, count }
  await mapFreePages(header, map, pageAt, path).catch((error: unknown) => {
    if (!(error instanceof DecodingStopped)) throw error
    addGap(decoding, error.gap)
  })
  return map
}

async function mapFreePages(
  header: SqliteHeader,
  map: PageMap,
  pageAt: PageAt,
  path: readonly string[],
): Promise<void> {
  let found = 0
  const mark = (page: number, as: number) => {
    if (page < 2 || page > map.count || map.roles[page] !== role.unknown)
      throw new DecodingStopped('corrupt', path, 32, 'sqlite: expected each free page to be a page of its own')
    map.roles[page] = as
    found += 1
  }
  for (let trunk = header.firstTrunk; trunk !== 0; ) {
    mark(trunk, role.trunk)
    const bytes = await pageAt(trunk)
    const leaves = u32(bytes, 4)
    if (leaves > header.usable / 4 - 2)
      throw new DecodingStopped(
        'corrupt',
        path,
        (trunk - 1) * header.pageSize,
        'sqlite: expected a list within its page',
      )
    trunk = u32(bytes, 0)
    for (let index = 0; index < leaves; index++) mark(u32(bytes, 8 + 4 * index), role.free)
  }
  if (found !== header.freePages)
    throw new DecodingStopped('corrupt', path, 36, 'sqlite: expected the number of free pages to match')
}

/** Whether a page of pointers (file format, 1.8) holds them and nothing else. */
export function isPointerMap(page: Uint8Array, header: SqliteHeader, count: number): boolean {
  const end = Math.floor(header.usable / 5) * 5
  for (let at = 0; at < end; at += 5) if (page[at]! > 5 || u32(page, at + 1) > count) return false
  return page.subarray(end).every((byte) => byte === 0)
}
