import { expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'

/** First bytes as the programs write them. */
const heads = [
  { name: 'DuckDB', head: '\x01\x02\x03\x04\x05\x06\x07\x08DUCK\x40\x00\x00\x00' },
  { name: 'bbolt (etcd)', head: `${'\0'.repeat(16)}\xed\xda\x0c\xed\x02\0\0\0` },
  { name: 'LMDB', head: `${'\0'.repeat(16)}\xde\xc0\xef\xbe\x01\0\0\0` },
  { name: 'Hadoop SequenceFile', head: 'SEQ\x06\x19org.apache.hadoop.io.Text' },
  { name: 'git bundle', head: '# v2 git bundle\n0123456789012345678901234567890123456789 HEAD\n\nPACK\0\0\0\x02' },
  { name: 'binary log of MySQL or MariaDB', head: '\xfebin\x01\x02\x03\x04' },
  { name: 'xbstream (mariadb-backup, XtraBackup)', head: 'XBSTCK01\0P' },
  { name: 'binary COPY of PostgreSQL', head: 'PGCOPY\n\xff\r\n\0\0\0\0\0' },
  { name: 'R data', head: 'X\n\0\0\0\x03\0\x04' },
  { name: 'SPSS', head: '$FL2@(#) SPSS DATA FILE\x02\0\0\0' },
  { name: 'disk image (VHD)', head: 'conectix\0\0\0\x02\0\x01\0\0' },
  {
    name: 'disk image (VDI)',
    head: `${'<<< QEMU VM Virtual Disk Image >>>\n'.padEnd(64, '\0')}\x7f\x10\xda\xbe\x01\0\x01\0`,
  },
  { name: 'SquashFS', head: 'hsqs\x07\0\0\0' },
  { name: 'RPM package', head: '\xed\xab\xee\xdb\x03\0\0\0\0\x01x-1-1' },
  { name: 'Android backup, encrypted', head: 'ANDROID BACKUP\n5\n1\nAES-256\n8A1B\n\x78\xda\x01' },
  {
    name: 'Stata',
    head: '<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>\x02\0</K><N>\x03\0\0\0\0\0\0\0</N><label>\0\0</label>',
  },
  { name: 'binary property list', head: 'bplist00\xd2\x01\x02' },
]

test.each(heads)('what is not read is named: $name', async ({ name, head }) => {
  for (const lengths of [[1e6], [1]]) {
    const { reading } = await collect(inPieces(Buffer.from(head, 'latin1'), lengths))
    expect(reading.gaps).toMatchObject([{ reason: 'unsupported-format' }])
    expect(reading.gaps[0]!.detail).toContain(`got ${name}`)
  }
})

test('text that begins alike is text', async () => {
  for (const text of [
    '12345678DUCK and goose\n',
    '# v2 git bundle\nis how they begin\n',
    'XBSTCK01\n',
    'HEADER RECORD*******\n',
    'ANDROID BACKUP\n5\n',
    'conectix hsqs bplist00\n',
    ' <stata_dta>is how they begin</stata_dta>\n',
  ])
    expect((await collect(inPieces(Buffer.from(text), [1e6]))).reading.complete).toBe(true)
})
