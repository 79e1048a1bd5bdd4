import { BlockCorrupt } from '../../compression/block-corrupt.ts'
import type { HeaderCursor } from './header-cursor.ts'
import { property } from './streams-info.ts'

/** The files of a 7z archive. `hasData`: by file; `others`: properties that are not known, which may hold anything. */
export type FilesInfo = { hasData: boolean[]; names: Buffer[]; others: Buffer[] }

/** Parses files info up to its end. Names are turned from UTF-16 into UTF-8. @throws BlockCorrupt */
export function parseFilesInfo(cursor: HeaderCursor): FilesInfo {
  const count = cursor.count()
  const info: FilesInfo = { hasData: Array(count).fill(true), names: [], others: [] }
  let empty = 0
  for (let type = cursor.number(); type !== property.end; type = cursor.number()) {
    const before = cursor.left()
    const size = cursor.number()
    const end = cursor.left() - size
    if (end < 0 || before < size) throw new BlockCorrupt('expected a property within the header')
    switch (type) {
      case property.emptyStream:
        info.hasData = cursor.bits(count).map((isEmpty) => !isEmpty)
        empty = info.hasData.filter((has) => !has).length
        break
      case property.emptyFile:
      case property.anti:
        cursor.bits(empty)
        break
      case property.names:
        info.names = parseNames(cursor, size)
        if (info.names.length !== count) throw new BlockCorrupt('expected as many names as files')
        break
      case property.creationTime:
      case property.accessTime:
      case property.modificationTime:
        skipNumbers(cursor, count, 8)
        break
      case property.attributes:
        skipNumbers(cursor, count, 4)
        break
      default:
        info.others.push(cursor.bytes(size))
    }
    if (cursor.left() !== end) throw new BlockCorrupt('expected a property of the stated size')
  }
  return info
}

function parseNames(cursor: HeaderCursor, size: number): Buffer[] {
  if (cursor.byte() !== 0) throw new BlockCorrupt('expected names in the header itself')
  const bytes = cursor.bytes(size - 1)
  const names: Buffer[] = []
  let from = 0
  for (let at = 0; at + 2 <= bytes.length; at += 2) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0) continue
    names.push(Buffer.from(bytes.toString('utf16le', from, at)))
    from = at + 2
  }
  if (from !== bytes.length) throw new BlockCorrupt('expected names with an end')
  return names
}

/** Times and attributes say nothing of what is in a file. */
function skipNumbers(cursor: HeaderCursor, count: number, length: number): void {
  const defined = cursor.optionalBits(count).filter((isDefined) => isDefined).length
  if (cursor.byte() !== 0) throw new BlockCorrupt('expected numbers in the header itself')
  cursor.bytes(defined * length)
}
