import { appleDouble } from './archive/apple-double-format.ts'
import { ar } from './archive/ar-format.ts'
import { cpio } from './archive/cpio-format.ts'
import { dbox } from './archive/dbox-format.ts'
import { sevenZip } from './archive/seven-zip/seven-zip-format.ts'
import { tar } from './archive/tar/tar-format.ts'
import { zip } from './archive/zip/zip-format.ts'
import { arrow } from './columnar/arrow/arrow-content.ts'
import { avro } from './columnar/avro/avro-content.ts'
import { orc } from './columnar/orc/orc-content.ts'
import { parquet } from './columnar/parquet/parquet-content.ts'
import { bzip2 } from './compression/bzip2/bzip2-content.ts'
import { brotli, deflate } from './compression/declared/bare-stream-content.ts'
import { androidBackup } from './compression/deflate/android-backup-content.ts'
import { gzip } from './compression/deflate/gzip-content.ts'
import { zlib } from './compression/deflate/zlib-content.ts'
import { hadoopLz4, hadoopSnappy } from './compression/hadoop/hadoop-content.ts'
import { lz4 } from './compression/lz4/lz4-content.ts'
import { mozillaLz4 } from './compression/lz4/mozilla-lz4-content.ts'
import { lzip } from './compression/lzma/lzip-content.ts'
import { lzma } from './compression/lzma/lzma-content.ts'
import { snappy } from './compression/snappy/snappy-content.ts'
import { snappyJava } from './compression/snappy/snappy-java-content.ts'
import { unixCompress } from './compression/unix-compress/unix-compress-content.ts'
import { xz } from './compression/xz/xz-content.ts'
import { zeros } from './compression/zeros-content.ts'
import { zstd } from './compression/zstd/zstd-content.ts'
import { dbf } from './database/dbf/dbf-content.ts'
import { pgDump } from './database/pg-dump/pg-dump-content.ts'
import { redisRdb } from './database/redis/rdb-content.ts'
import { sqliteJournal } from './database/sqlite/journal-content.ts'
import { sqlite } from './database/sqlite/sqlite-content.ts'
import { sqliteWal } from './database/sqlite/wal-content.ts'
import { type DeclaredFormat, declaredFormatNames } from './declared-format.ts'
import { bson } from './document/bson/bson-content.ts'
import { mongoArchive } from './document/bson/mongo-archive.ts'
import { mail } from './document/mail/mail-content.ts'
import { msgpack } from './document/msgpack/msgpack-content.ts'
import { pdf } from './document/pdf/pdf-format.ts'
import { rtf } from './document/rtf/rtf-content.ts'
import { xml } from './document/xml/xml-content.ts'
import type { Format } from './format.ts'
import { bmp } from './picture/bmp-content.ts'
import { gif } from './picture/gif-content.ts'
import { heif } from './picture/heif-content.ts'
import { jpeg } from './picture/jpeg-content.ts'
import { png } from './picture/png-content.ts'
import { tiff } from './picture/tiff-content.ts'
import { webp } from './picture/webp-content.ts'
import { cutLines } from './text/cut-lines-content.ts'
import { doubledAt } from './text/doubled-at-content.ts'
import { escapedBytes } from './text/escaped-bytes-content.ts'
import { folded, foldedBehind } from './text/folded-content.ts'
import { gitExport } from './text/git-export-content.ts'
import { ion } from './text/ion-content.ts'
import { separated } from './text/separated-content.ts'
import { utf16 } from './text/utf-16-content.ts'

/** The formats that are read, each told by a content's first bytes; the first that fits counts. */
export const formats: readonly Format[] = [
  gzip,
  zstd,
  bzip2,
  xz,
  lz4,
  mozillaLz4,
  androidBackup,
  snappy,
  snappyJava,
  sevenZip,
  lzip,
  unixCompress,
  zip,
  png,
  gif,
  pdf,
  ar,
  tar,
  dbox,
  appleDouble,
  sqlite,
  sqliteWal,
  sqliteJournal,
  dbf,
  redisRdb,
  jpeg,
  webp,
  heif,
  tiff,
  bmp,
  parquet,
  orc,
  avro,
  arrow,
  utf16,
  mongoArchive,
  pgDump,
  bson,
  msgpack,
  cpio,
  lzma,
  zlib,
  folded,
  doubledAt,
  gitExport,
  escapedBytes,
  ion,
  cutLines,
  mail,
  rtf,
  xml,
  foldedBehind,
  separated,
  hadoopSnappy,
  hadoopLz4,
  zeros,
]

export function formatOf(head: Uint8Array): Format | undefined {
  for (const format of formats) if (format.isFormat(head)) return format
  return undefined
}

/** Those that are read where they are declared. */
export const declaredFormats: Readonly<Record<DeclaredFormat, Format>> = { brotli, deflate }

/** Names of the formats, as they stand in paths, each once. */
export const formatNames: readonly string[] = [...new Set(formats.map(({ name }) => name)), ...declaredFormatNames]
