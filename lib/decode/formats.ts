import { ar } from './archive/ar-format.ts'
import { cpio } from './archive/cpio-format.ts'
import { sevenZip } from './archive/seven-zip/seven-zip-format.ts'
import { tar } from './archive/tar/tar-format.ts'
import { zip } from './archive/zip/zip-format.ts'
import { bzip2 } from './compression/bzip2-content.ts'
import { gzip } from './compression/gzip-content.ts'
import { lz4 } from './compression/lz4-content.ts'
import { lzip } from './compression/lzip-content.ts'
import { lzma } from './compression/lzma-content.ts'
import { snappy } from './compression/snappy-content.ts'
import { snappyJava } from './compression/snappy-java-content.ts'
import { unixCompress } from './compression/unix-compress-content.ts'
import { xz } from './compression/xz-content.ts'
import { zlib } from './compression/zlib-content.ts'
import { zstd } from './compression/zstd-content.ts'
import type { Format } from './format.ts'

/** The formats that are read, each told by a content's first bytes; the first that fits counts. */
export const formats: readonly Format[] = [
  gzip,
  zstd,
  bzip2,
  xz,
  lz4,
  snappy,
  snappyJava,
  zip,
  sevenZip,
  lzip,
  unixCompress,
  ar,
  tar,
  cpio,
  lzma,
  zlib,
]

export function formatOf(head: Uint8Array): Format | undefined {
  return formats.find((format) => format.isFormat(head))
}

/** Names of the formats, as they stand in paths. */
export const formatNames: readonly string[] = formats.map(({ name }) => name)
