import { ar } from './archive/ar-format.ts'
import { cpio } from './archive/cpio-format.ts'
import { tar } from './archive/tar/tar-format.ts'
import { zip } from './archive/zip/zip-format.ts'
import { parquet } from './columnar/parquet/parquet-content.ts'
import { gzip } from './compression/gzip-content.ts'
import { zstd } from './compression/zstd-content.ts'
import { redisRdb } from './database/redis/rdb-content.ts'
import { sqliteJournal } from './database/sqlite/journal-content.ts'
import { sqlite } from './database/sqlite/sqlite-content.ts'
import { sqliteWal } from './database/sqlite/wal-content.ts'
import type { Format } from './format.ts'

/** The formats that are read, each told by a content's first bytes; the first that fits counts. */
export const formats: readonly Format[] = [
  gzip,
  zstd,
  sqlite,
  sqliteWal,
  sqliteJournal,
  redisRdb,
  parquet,
  zip,
  ar,
  tar,
  cpio,
]

export function formatOf(head: Uint8Array): Format | undefined {
  return formats.find((format) => format.isFormat(head))
}

/** Names of the formats, as they stand in paths. */
export const formatNames: readonly string[] = formats.map(({ name }) => name)
