import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { DeclaredFormat } from '../../decode/declared-format.ts'
import type { UnverifiedReason } from '../../decode/unverified.ts'
import type { Context } from './control-samples.ts'
import { appleDoubleSample } from './samples/apple-double-sample.ts'
import { arSample } from './samples/ar-sample.ts'
import { arrowSample } from './samples/arrow-sample.ts'
import { avroSample } from './samples/avro-sample.ts'
import { writeBson, writeMongoArchive } from './samples/bson-sample.ts'
import { cpioSample } from './samples/cpio-sample.ts'
import { writeDbf } from './samples/dbf-sample.ts'
import { dboxSample } from './samples/dbox-sample.ts'
import {
  writeCutLines,
  writeDoubledAt,
  writeEscapedBytes,
  writeFolded,
  writeGitExport,
  writeIon,
  writeSeparated,
} from './samples/folded-sample.ts'
import { writeHeif } from './samples/heif-sample.ts'
import { writeJpeg, writeWebp } from './samples/jpeg-sample.ts'
import { linesOf } from './samples/lines-of.ts'
import { writeMail } from './samples/mail-sample.ts'
import { writeMsgpack } from './samples/msgpack-sample.ts'
import { orcSample } from './samples/orc-sample.ts'
import { parquetSample } from './samples/parquet-sample.ts'
import { writePdf } from './samples/pdf-sample.ts'
import { writePgDump } from './samples/pg-dump-sample.ts'
import { writeGif, writePng } from './samples/picture-samples.ts'
import { writeRdb } from './samples/redis-sample.ts'
import { writeRtf } from './samples/rtf-sample.ts'
import { sevenZipSample } from './samples/seven-zip-sample.ts'
import { writeSqlite, writeSqliteJournal, writeSqliteWal } from './samples/sqlite-sample.ts'
import { tarSample } from './samples/tar-sample.ts'
import { writeBmp, writeTiff } from './samples/tiff-sample.ts'
import { writeXml } from './samples/xml-sample.ts'
import { zipSample } from './samples/zip-sample.ts'
import { writeAndroidBackup } from './writers/write-android-backup.ts'
import { writeBzip2 } from './writers/write-bzip2.ts'
import { writeCompress } from './writers/write-compress.ts'
import { writeHadoopLz4, writeHadoopSnappy } from './writers/write-hadoop.ts'
import { writeLz4, writeMozillaLz4 } from './writers/write-lz4.ts'
import { writeLzip, writeLzma } from './writers/write-lzma.ts'
import { writeSnappy, writeSnappyJava } from './writers/write-snappy.ts'
import { writeUtf16 } from './writers/write-utf-16.ts'
import { writeXz } from './writers/write-xz.ts'

/**
 * How a document is stored in a format, and the path of the content that comes out of it. `written`: paths of contents that show
 * it as it is written, or parts of that, where controls may be found as well; `declared`: it is read only where it is declared; `context`: the documents that it holds, if not
 * any lines; `never`: why a content of it is never clean.
 */
type SampleFormat = {
  wrap(document: Uint8Array): Uint8Array
  path: readonly string[]
  written?: readonly string[]
  declared?: DeclaredFormat
  context?: Context
  never?: UnverifiedReason
}

/**
 * A writer for every format that is claimed to be read, so that controls are planted in each. A table holds the document's
 * lines as the values of its only column.
 */
export const sampleFormats: Readonly<Record<string, SampleFormat>> = {
  plain: { wrap: (document) => document, path: [] },
  gzip: { wrap: gzipSync, path: ['gzip'] },
  zstd: { wrap: zstdCompressSync, path: ['zstd'] },
  arrow: { wrap: arrowSample, path: ['arrow', 'record-batch-1', 'column-1'] },
  avro: { wrap: avroSample, path: ['avro', 'records'] },
  parquet: { wrap: parquetSample, path: ['parquet', 'row-group-1', 'column-1'] },
  orc: { wrap: orcSample, path: ['orc', 'stripe-1', 'column-1'] },
  sqlite: { wrap: (document) => writeSqlite(linesOf(document)), path: ['sqlite', 'rows'] },
  'sqlite-wal': { wrap: (document) => writeSqliteWal(linesOf(document)), path: ['sqlite-wal', 'rows'] },
  'sqlite-journal': { wrap: (document) => writeSqliteJournal(linesOf(document)), path: ['sqlite-journal', 'rows'] },
  dbf: { wrap: (document) => writeDbf(linesOf(document)), path: ['dbf', 'rows'] },
  'redis-rdb': { wrap: (document) => writeRdb(linesOf(document)), path: ['redis-rdb', 'values'] },
  png: { wrap: writePng, path: ['png', 'chunk-2'] },
  gif: { wrap: writeGif, path: ['gif', 'block-1'] },
  tar: { wrap: tarSample, path: ['tar', 'member-1'] },
  zip: { wrap: zipSample, path: ['zip', 'member-1'] },
  cpio: { wrap: cpioSample, path: ['cpio', 'member-1'] },
  ar: { wrap: arSample, path: ['ar', 'member-1'] },
  'apple-double': { wrap: appleDoubleSample, path: ['apple-double', 'resource-fork'] },
  dbox: { wrap: dboxSample, path: ['dbox', 'member-1'] },
  bzip2: { wrap: writeBzip2, path: ['bzip2'] },
  xz: { wrap: writeXz, path: ['xz'] },
  lz4: { wrap: writeLz4, path: ['lz4'] },
  'mozilla-lz4': { wrap: writeMozillaLz4, path: ['mozilla-lz4'] },
  'android-backup': { wrap: writeAndroidBackup, path: ['android-backup'] },
  snappy: { wrap: writeSnappy, path: ['snappy'] },
  'snappy-java': { wrap: writeSnappyJava, path: ['snappy-java'] },
  'hadoop-snappy': { wrap: writeHadoopSnappy, path: ['hadoop-snappy'] },
  'hadoop-lz4': { wrap: writeHadoopLz4, path: ['hadoop-lz4'] },
  lzip: { wrap: writeLzip, path: ['lzip'] },
  compress: { wrap: writeCompress, path: ['compress'] },
  lzma: { wrap: writeLzma, path: ['lzma'] },
  zlib: { wrap: deflateSync, path: ['zlib'] },
  zeros: { wrap: writeBehindZeros, path: ['zeros'] },
  '7z': { wrap: sevenZipSample, path: ['7z', 'member-1'] },
  'mongo-archive': { wrap: (document) => writeMongoArchive(linesOf(document)), path: ['mongo-archive', 'values'] },
  msgpack: { wrap: (document) => writeMsgpack(linesOf(document)), path: ['msgpack', 'values'] },
  bson: { wrap: (document) => writeBson(linesOf(document)), path: ['bson', 'values'] },
  'utf-16': { wrap: writeUtf16, path: ['utf-16'] },
  'pg-dump': { wrap: writePgDump, path: ['pg-dump', 'data-1'] },
  folded: { wrap: writeFolded, path: ['folded', 'unfolded'], written: ['folded'] },
  'git-export': { wrap: writeGitExport, path: ['git-export', 'blob-1'] },
  'doubled-at': { wrap: writeDoubledAt, path: ['doubled-at', 'text'] },
  'escaped-bytes': { wrap: writeEscapedBytes, path: ['escaped-bytes', 'values'], written: ['escaped-bytes'] },
  ion: { wrap: writeIon, path: ['ion', 'text'] },
  separated: { wrap: writeSeparated, path: ['separated'], context: 'csv' },
  'cut-lines': { wrap: writeCutLines, path: ['cut-lines', 'joined'], written: ['cut-lines'] },
  mail: { wrap: writeMail, path: ['mail', 'part-1'], written: ['mail'] },
  brotli: {
    wrap: brotliCompressSync,
    path: ['brotli'],
    written: ['brotli/stored', 'brotli/edges'],
    declared: 'brotli',
  },
  deflate: { wrap: deflateRawSync, path: ['deflate'], written: ['deflate/stored'], declared: 'deflate' },
  pdf: {
    wrap: writePdf,
    path: ['pdf', 'page-1'],
    written: ['pdf/object-4', 'pdf/page-1/over-lines'],
    never: 'unsupported-format',
  },
  rtf: { wrap: writeRtf, path: ['rtf', 'text'], written: ['rtf'] },
  jpeg: { wrap: writeJpeg, path: ['jpeg', 'metadata'], written: ['jpeg'] },
  webp: { wrap: writeWebp, path: ['webp', 'xmp'], written: ['webp'] },
  heif: { wrap: writeHeif, path: ['heif', 'xmp'], written: ['heif'] },
  tiff: { wrap: writeTiff, path: ['tiff', 'xmp'], written: ['tiff'] },
  bmp: { wrap: writeBmp, path: ['bmp', 'link'], written: ['bmp'] },
  xml: { wrap: writeXml, path: ['xml', 'text'], written: ['xml'] },
}

/** Less than 64 bytes behind zeros have to be a line. */
function writeBehindZeros(document: Uint8Array): Buffer {
  return Buffer.concat([Buffer.alloc(4096), document, Buffer.from(document.length < 64 ? '\n' : '')])
}
