import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { read, refusal } from './read.ts'

const none = { count: 0, first: [] }

type Case = {
  name: string
  content: string
  format: 'csv' | 'json-lines' | 'lines'
  rows: string[]
  empty?: number[]
  pending?: string[]
  transferColumn?: boolean
  unused?: number
}

const cases: Case[] = [
  { name: 'one bare ID without a line end', content: '12345', format: 'lines', rows: ['1:12345'] },
  {
    name: 'plain lines with CR LF, spaces, empty lines and a byte order mark',
    content: '\ufeff12345\r\n\r\n  \n a_handle \r\nme@example.com\n\n',
    format: 'lines',
    rows: ['1:12345', '4:a_handle', '5:me@example.com'],
    empty: [2, 3, 6],
  },
  {
    name: 'empty lines before everything',
    content: '\n\r\n12345\n',
    format: 'lines',
    rows: ['3:12345'],
    empty: [1, 2],
  },
  { name: 'CSV of one column', content: 'userId\n12345\n67890\n', format: 'csv', rows: ['2:12345', '3:67890'] },
  {
    name: 'CSV with a byte order mark, CR LF, quotes and fields of several lines',
    content: '\ufeff"batch","userId"\r\n"a\r\n\r\nb","12345"\r\n\r\nc,"67890"\r\n"d ""e"", f",abc',
    format: 'csv',
    rows: ['2:12345', '6:67890', '7:abc'],
    empty: [5],
  },
  {
    name: 'CSV with transfer times',
    content: [
      'USER_ID,transferred_at,batch',
      '1001,2026-11-23T12:00:00Z,now',
      '1002,2026-11-23T12:00:01Z,a second from now',
      '1003,2026-11-23T14:00:00.5+02:00,half a second from now',
      '1004,2026-11-23t04:00:00-08:00,now elsewhere',
      '1005,,not yet',
      '1006,2026-11-23,today which has not ended',
      '1007,2026-11-24,tomorrow',
      '1008,  ,not yet',
      '1009,2026-11-22,yesterday which has just ended everywhere',
    ].join('\n'),
    format: 'csv',
    rows: ['2:1001', '5:1004', '10:1009'],
    pending: ['3:1002', '4:1003', '6:1005', '7:1006', '8:1007', '9:1008'],
    transferColumn: true,
  },
  {
    name: 'CSV with transfer times before identifiers, behind an empty line',
    content: '\ntransferredAt,userId\n,1005\n2026-11-22,1009\n',
    format: 'csv',
    rows: ['4:1009'],
    empty: [1],
    pending: ['3:1005'],
    transferColumn: true,
  },
  {
    name: 'CSV with another word of a transfer',
    content: 'id,transfer_batch\n12345,a\n',
    format: 'csv',
    rows: ['2:12345'],
    unused: 1,
  },
  {
    name: 'CSV with columns about persons and rows',
    content:
      'id,state,email_verified_at,account_status,row,checksum,record_id,moved_from,created_at,import_batch,household\n12345,CA,,closed,1,x,2,SG,,b,h\n',
    format: 'csv',
    rows: ['2:12345'],
    unused: 10,
  },
  {
    name: 'CSV with columns of other identifiers',
    content: 'userId,id_card,account_id,email,client,profile\n12345,1,2,a@example.org,web,pro\n',
    format: 'csv',
    rows: ['2:12345'],
    unused: 5,
  },
  {
    name: 'JSON Lines with identifiers of others',
    content: '{"id":"12345","org":{"id":7},"email":"a@example.org"}\n{"userId":"1234","user":{"id":7},"account":"a"}\n',
    format: 'json-lines',
    rows: ['1:12345', '2:1234'],
    unused: 4,
  },
  { name: 'CSV with semicolons', content: 'id;batch\n12345;a,b\n', format: 'csv', rows: ['2:12345'] },
  { name: 'CSV with tabs', content: 'batch\tUserId\na\t12345\n', format: 'csv', rows: ['2:12345'] },
  {
    name: 'JSON Lines with numbers beyond 2^53, strings, and transfer times',
    content: [
      '{"userId":12345678901234567891,"transferredAt":"2026-01-01T00:00:00Z"}',
      '',
      ' { "batch" : {"userId":[1,"}"]} , "user\\u0049d" : "a\\u0062c" , "transferredAt" : "2026-01-01" } ',
      '{"transferredAt":null,"userId":"not.yet"}',
      '{"transferredAt":"","userId":"not.yet"}',
      '{"transferredAt":"2030-01-01","userId":"not.yet"}',
    ].join('\n'),
    format: 'json-lines',
    rows: ['1:12345678901234567891', '3:abc'],
    empty: [2],
    pending: ['4:not.yet', '5:not.yet', '6:not.yet'],
    transferColumn: true,
  },
  {
    name: 'JSON Lines of strings',
    content: '"12345"\n"abc"\n67890\n',
    format: 'json-lines',
    rows: ['1:12345', '2:abc', '3:67890'],
  },
]

const linesOf = (lines: number[] = []) => ({ count: lines.length, first: lines })

describe.each([
  { cut: 'whole', lengths: [1e6] },
  { cut: 'byte by byte', lengths: [1] },
  { cut: 'in pieces of 3, 1 and 7', lengths: [3, 1, 7] },
])('a manifest read $cut', ({ lengths }) => {
  test.each(cases)(
    'gives every row with its line: $name',
    async ({ content, format, rows, empty, pending = [], transferColumn = false, unused = 0 }) => {
      for (const stored of [
        Buffer.from(content),
        gzipSync(content),
        zstdCompressSync(content),
        zstdCompressSync(gzipSync(content)),
      ]) {
        const got = await read(stored, lengths)
        expect([got.rows, got.pending]).toEqual([rows, pending])
        expect(got.report).toEqual({
          sha256: createHash('sha256').update(stored).digest('hex'),
          bytes: stored.length,
          format,
          rows: rows.length + pending.length,
          confirmed: rows.length,
          empty: linesOf(empty),
          notYetTransferred: linesOf(pending.map((row) => Number(row.split(':')[0]))),
          transferColumn,
          ...(unused > 0 && { unused }),
        })
      }
    },
  )
})

test('numbers that begin with zeros are noted, of confirmed rows alone', async () => {
  const at = '2026-01-02'
  const { report } = await read(
    Buffer.from(`userId,transferredAt\n0012345,${at}\n12345,${at}\n00ab,${at}\n0099999,\n007,${at}\n`),
    [7],
  )
  expect(report.padded).toEqual({ count: 2, first: [2, 6] })
})

describe('identifiers that look like something else', () => {
  const drawn = (count: number, digits: string) =>
    Array.from({ length: count }, (_, n) => createHash('sha256').update(`${n}`).digest('hex')).map((hex) =>
      hex.replace(/./g, (digit) => digits[Number.parseInt(digit, 16)]!),
    )

  test.each([
    ['digits', '0123456789abcdef'],
    ['letters', 'aQ3-dEfGhI5kLm_o'],
  ])('are read line by line where they could be something encoded: 64 %s', async (_name, digits) => {
    const ids = drawn(100, digits).map((id) => `x${id.slice(2)}x`)
    expect((await read(`userId\n${ids.join('\n')}`)).rows).toHaveLength(100)
  })

  const hyphened = ['V1StGXR8_Z5jdHi6B-my-', '-x5jdHi6B_V1StGXR8-my']
  test('may have a hyphen at an end, where most have none', async () => {
    const ids = [...hyphened, ...drawn(7, '0123456789abcdef')]
    expect((await read(ids.join('\n'))).rows).toContain(`1:${hyphened[0]}`)
    expect((await read(hyphened[0]!)).rows).toHaveLength(1)
    const error = await refusal(ids.slice(0, 7).join('\n'))
    expect(error.badRows.map(({ line }) => line)).toEqual([1, 2])
    expect(error.message).toMatch(/too many have one here/)
  })

  test('are counted where each has the mark of a list', async () => {
    const error = await refusal(
      drawn(50, '0123456789abcdef')
        .map((id) => `-${id}a`)
        .join('\n'),
    )
    expect(error.message).toContain('got 50 malformed')
    expect(error.badRows).toHaveLength(20)
  })
})

describe('a manifest that cannot be used', () => {
  const secret = '5550001112223334'
  const cases: { name: string; content: string; bad: number[]; problem: RegExp }[] = [
    { name: 'nothing', content: '', bad: [], problem: /at least one confirmed transfer, got no row/ },
    { name: 'only empty lines', content: '\n\r\n  \n', bad: [], problem: /at least one confirmed transfer/ },
    { name: 'only a header', content: 'userId,transferredAt\n', bad: [], problem: /at least one confirmed transfer/ },
    {
      name: 'no confirmed row',
      content: `userId,transferredAt\n${secret},\n`,
      bad: [],
      problem: /got 1 not yet transferred/,
    },
    {
      name: 'a header without userId',
      content: `name,batch\n${secret},a\n`,
      bad: [],
      problem: /header with a column userId/,
    },
    { name: 'a row without a header', content: `${secret},a\n`, bad: [], problem: /header with a column userId/ },
    ...['userId|batch', ' userid  | batch ', 'batch user_id', 'userId:batch'].map((header) => ({
      name: `a header with other signs between columns: ${header}`,
      content: `${header}\n${secret}|a\n`,
      bad: [],
      problem: /commas, semicolons or tabs between columns/,
    })),
    { name: 'two ID columns', content: `userId,id\n${secret},1\n`, bad: [1], problem: /one column userId/ },
    {
      name: 'two time columns',
      content: `id,transferredAt,transferred_at\n${secret},,\n`,
      bad: [1],
      problem: /one transferredAt/,
    },
    {
      name: 'two times in JSON',
      content: `{"userId":"${secret}","transferredAt":"2026-01-01","transferred_at":null}\n`,
      bad: [1],
      problem: /at most one transferredAt/,
    },
    ...[
      'transferedAt',
      'Transfer Date',
      'transferred',
      'date_of_transfer',
      'tranferred_at',
      'transfer_ts_utc',
      'migratedAt',
      'xfer_date',
      'moved on',
      'confirmed_at',
      'completedAt',
      'Copied',
      'uploaded_on',
      'transferredAt (UTC)',
      'transferredAt\u200b',
      'date',
      'Timestamp',
      'ts',
      'processed_at',
    ].flatMap((column) => [
      {
        name: `times in a CSV column ${column}`,
        content: `userId,${column}\n${secret},\n`,
        bad: [1],
        problem: /to be called transferredAt/,
      },
      {
        name: `times in JSON under ${column}`,
        content: `{"userId":"${secret}","${column}":null}\n`,
        bad: [1],
        problem: /to be called transferredAt/,
      },
    ]),
    ...[
      'withdrawn',
      'withdrawnAt',
      'Revoked On',
      'rolled_back',
      'transfer_status',
      'transferFailed',
      'isTransferConfirmed',
      'status',
      'Outcome',
      'confirmed',
      'was_successful',
      'error',
      'migration_status',
      'xferOk',
      'relocationState',
      'batch_status',
      'copy verified',
      'checksum_mismatch',
      'transferred',
      'is_migrated',
      'not_transferred',
      'transfer_flag',
      'failed_at',
      'cancelledOn',
      'confirmed_by',
      'error_code',
      'is_valid',
      'in_scope',
      'Excluded',
      'legal_hold',
      'do-not-delete',
      'delete',
      'to_be_deleted',
      'exempt',
      'opt_out',
      'eligible',
      'held until',
      'repatriated_at',
      'status?',
    ].flatMap((column) => [
      {
        name: `a CSV column ${column}, which may take rows back`,
        content: `userId,transferredAt,${column}\n${secret},2026-01-01,\n`,
        bad: [1],
        problem: /does not hold/,
      },
      {
        name: `a JSON member ${column}, which may take its row back`,
        content: `{"userId":"123","transferredAt":"2026-01-01"}\n{"userId":"${secret}","transferredAt":"2026-01-01","${column}":true}\n`,
        bad: [2],
        problem: /does not hold/,
      },
    ]),
    ...[
      '"transfer":{"status":"failed"}',
      '"transfer":{"state":"failed"}',
      '"migration":[{"ok":false}]',
      '"a":{"b":{"rolledBackAt":null}}',
      '"legal":{"hold":true}',
    ].map((member) => ({
      name: `what may take its row back further inside of a JSON object: ${member}`,
      content: `{"userId":"${secret}","transferredAt":"2026-01-01",${member}}\n`,
      bad: [1],
      problem: /does not hold/,
    })),
    ...['customer_id', 'User ID', 'user', 'uuid', 'AccountNumber', 'user_ids'].flatMap((column) => [
      {
        name: `identifiers in a CSV column ${column} beside id`,
        content: `id,transferredAt,${column}\n123,2026-01-01,${secret}\n`,
        bad: [1],
        problem: /line 1: column 3: expected identifiers under one name/,
      },
      {
        name: `identifiers in JSON under ${column} beside id`,
        content: `{"id":123,"${column}":"${secret}"}\n`,
        bad: [1],
        problem: /under one name/,
      },
    ]),
    ...['user-id', 'USER ID', 'userIds'].flatMap((column) => [
      {
        name: `identifiers in a CSV column ${column} beside userId`,
        content: `${column},userId\n${secret},123\n`,
        bad: [1],
        problem: /column 1: .*under one name/,
      },
      {
        name: `identifiers in JSON under ${column} beside userId`,
        content: `{"${column}":"${secret}","userId":123}\n`,
        bad: [1],
        problem: /under one name/,
      },
    ]),
    ...['"user":{"id":SECRET}', '"row":[{"userId":SECRET}]', '"uuid":SECRET'].map((member) => ({
      name: `identifiers in a JSON object beside or behind its id: ${member}`,
      content: `{"id":123,${member.replace('SECRET', secret)}}\n`,
      bad: [1],
      problem: /under one name/,
    })),
    {
      name: 'a column that may take rows back, by its number',
      content: `batch,userId,transferredAt,copied\n1,${secret},2026-01-01,no\n`,
      bad: [1],
      problem: /line 1: column 4: .*does not hold/,
    },
    ...['transferredAt', 'migrated_on'].map((name) => ({
      name: `times further inside of a JSON object: ${name}`,
      content: `{"userId":"${secret}","transfer":{"batch":1,"${name}":null}}\n`,
      bad: [1],
      problem: /to be called transferredAt/,
    })),
    ...[
      '0001-01-01T00:00:00Z',
      '0001-01-01',
      '1601-01-01T00:00:00Z',
      '1899-12-30',
      '1970-01-01T00:00:00Z',
      '1970-01-01',
      '1969-12-31T16:00:00.000-08:00',
      '2001-01-01T00:00:00Z',
    ].flatMap((time) => [
      {
        name: `the time of a program that knows none in CSV, ${time}`,
        content: `userId,transferredAt\n123,2026-01-01\n${secret},${time}\n`,
        bad: [3],
        problem: /since 2002/,
      },
      {
        name: `the time of a program that knows none in JSON, ${time}`,
        content: `{"userId":"${secret}","transferredAt":"${time}"}\n`,
        bad: [1],
        problem: /since 2002/,
      },
    ]),
    {
      name: 'rows of other lengths',
      content: `userId,a\n${secret}\n${secret},1,2\n1234,5\n`,
      bad: [2, 3],
      problem: /2 fields, got 1/,
    },
    { name: 'a missing ID', content: 'userId,a\n,1\n"  ",2\n', bad: [2, 3], problem: /identifier, got an empty field/ },
    { name: 'a quote inside a field', content: `userId,a\n${secret}"x,1\n`, bad: [2], problem: /quotes only around/ },
    { name: 'text after a quote', content: `userId,a\n"x"${secret},1\n`, bad: [2], problem: /quotes only around/ },
    ...[
      { where: 'behind them', content: `userId,a,b\n123,"x,1\n${secret},y",1\n124,z,1\n` },
      { where: 'before them', content: `a,userId\r\nz,123\r\n"x,124\r\n${secret},12\r\ny",125\r\n` },
    ].map(({ where, content }) => ({
      name: `rows between two quotes that are written as they are, ${where}`,
      content,
      bad: [where === 'before them' ? 3 : 2],
      problem: /several rows/,
    })),
    ...['userId,a', '\ufeffuser_id,a', 'a,userId', 'ID,a'].map((header) => ({
      name: `a header among the rows: ${header}`,
      content: `userId,a\n123,ID\n${header}\n${secret},1\n`,
      bad: [3],
      problem: /got a header/,
    })),
    {
      name: 'quotes that stay open',
      content: `userId\n123\n"${secret}\n456\n`,
      bad: [3],
      problem: /quotes to be closed/,
    },
    {
      name: 'times without an offset',
      content: `userId,transferredAt\n${secret},2026-01-01T00:00:00\n`,
      bad: [2],
      problem: /date and time with an offset/,
    },
    {
      name: 'a day that does not exist',
      content: `userId,transferredAt\n${secret},2026-02-30\n`,
      bad: [2],
      problem: /date and time with an offset/,
    },
    {
      name: 'a time that is a number',
      content: `userId,transferredAt\n${secret},1764000000\n`,
      bad: [2],
      problem: /date and time with an offset/,
    },
    {
      name: 'an ID that is none',
      content: `${secret}\n${secret} and more\n12\n`,
      bad: [2, 3],
      problem: /expected a decimal number/,
    },
    {
      name: 'an ID that is none, not yet transferred',
      content: `userId,transferredAt\n${secret},2026-01-01\n${secret} and more,\n`,
      bad: [3],
      problem: /expected a decimal number/,
    },
    {
      name: 'a line for Excel above the header',
      content: `sep=;\r\nuserId;transferredAt\r\n${secret};2026-01-01\r\n`,
      bad: [],
      problem: /a header in the first line, got a line for Excel \(sep=\): leave it out$/,
    },
    { name: 'a JSON array', content: `[${secret}]\n`, bad: [], problem: /got a JSON array/ },
    {
      name: 'broken JSON',
      content: `{"userId":"${secret}"}\n{"userId":"${secret}"\n{}\n`,
      bad: [2, 3],
      problem: /JSON object with userId/,
    },
    {
      name: 'JSON over several lines',
      content: `{\n"userId":"${secret}"\n}\n`,
      bad: [1, 2, 3],
      problem: /JSON object/,
    },
    {
      name: 'two JSON objects on a line',
      content: `{"userId":"${secret}"}{"userId":"1234"}\n`,
      bad: [1],
      problem: /JSON object/,
    },
    {
      name: 'the ID twice in an object',
      content: `{"userId":"${secret}","user\\u0049d":"1234"}\n`,
      bad: [1],
      problem: /one key userId/,
    },
    { name: 'an ID that is null', content: '{"userId":null}\n', bad: [1], problem: /string or a whole number/ },
    {
      name: 'an ID as a fraction or with an exponent',
      content: '{"userId":1234.0}\n{"userId":1e20}\n',
      bad: [1, 2],
      problem: /whole number/,
    },
    {
      name: 'a JSON time that is a number',
      content: `{"userId":"${secret}","transferredAt":1}\n`,
      bad: [1],
      problem: /to be a string/,
    },
    {
      name: 'a time in some rows only',
      content: `{"userId":"${secret}"}\n{"userId":"1234","transferredAt":"2026-01-01"}\n{"userId":"1234"}\n`,
      bad: [2],
      problem: /every row or in none/,
    },
    {
      name: 'a line beyond 1 MiB',
      content: `1234\n${'1'.repeat(2 ** 20 + 1)}\n5678\n`,
      bad: [2],
      problem: /at most 1 MiB/,
    },
    {
      name: 'a JSON line beyond 1 MiB',
      content: `{"userId":"1234"}\n{"userId":"${'1'.repeat(2 ** 20)}"}\n`,
      bad: [2],
      problem: /at most 1 MiB/,
    },
    {
      name: 'a CSV row beyond 1 MiB',
      content: `userId,a\n1234,${'1'.repeat(2 ** 20)}\n`,
      bad: [2],
      problem: /at most 1 MiB/,
    },
  ]
  test.each(cases)('is refused by line, quoting nothing: $name', async ({ content, bad, problem }) => {
    for (const lengths of [[1e7], [977]]) {
      const error = await refusal(content, lengths)
      expect(error.badRows.map((row) => row.line)).toEqual(bad)
      expect(error.message).toMatch(problem)
      expect(error.message).not.toContain(secret)
      expect(String(error.cause)).not.toContain(secret)
    }
  })

  test('lists the first 20 malformed rows and counts all', async () => {
    const error = await refusal(`1234\n${'!\n'.repeat(50)}`)
    expect(error.badRows.map((row) => row.line)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
    expect(error.message).toContain('got 50 malformed')
  })

  const text = Array.from({ length: 40 }, (_, index) => `${10 ** 15 + index * 7919}\n`).join('')
  const changed = gzipSync(text)
  changed[30]! ^= 0x10

  test.each([
    { name: 'a gzip that is cut off', bytes: gzipSync(text).subarray(0, -1), reason: /truncated/ },
    { name: 'a zstd that is cut off', bytes: zstdCompressSync(text).subarray(0, -1), reason: /truncated/ },
    { name: 'a damaged gzip', bytes: changed, reason: /corrupt/ },
    { name: 'UTF-16', bytes: Buffer.from(`\ufeff${text}`, 'utf16le'), reason: /one text in UTF-8.*UTF-16/ },
    { name: 'Parquet', bytes: Buffer.from(`PAR1\0${text}`), reason: /parquet: expected its magic number at its end/ },
    {
      name: 'bytes that are not UTF-8',
      bytes: Buffer.concat([Buffer.from(text), Buffer.from([0xff])]),
      reason: /invalid-utf8.*; save it as “CSV UTF-8”$/,
    },
    { name: 'a NUL', bytes: Buffer.from(`${text}\0`), reason: /not-text/ },
    {
      name: 'text after a gzip',
      bytes: Buffer.concat([gzipSync(text), Buffer.from('1234567\n')]),
      reason: /others beside it/,
    },
    {
      name: 'bytes after a gzip',
      bytes: Buffer.concat([gzipSync(text), Buffer.from([1, 2])]),
      reason: /others beside it/,
    },
  ])('is refused when any part of it cannot be read: $name', async ({ bytes, reason }) => {
    for (const lengths of [[1e6], [1]]) expect((await refusal(bytes, lengths)).message).toMatch(reason)
  })

  test('is refused at every place where a compressed one may be cut off', async () => {
    for (const bytes of [gzipSync(text), zstdCompressSync(text)])
      for (let length = 0; length < bytes.length; length++) await refusal(bytes.subarray(0, length))
  })
})

test('no row is lost or changed, however the manifest is written and cut', async () => {
  const id = fc.oneof(
    fc.bigInt({ min: 100n, max: 10n ** 25n }).map(String),
    fc.uuid(),
    fc.string({ unit: fc.constantFrom(...'abcXYZ019_'), minLength: 3, maxLength: 20 }),
    fc.emailAddress().filter((text) => /^[a-z0-9][a-z0-9.+-]*@[a-z0-9.-]+$/i.test(text)),
  )
  const lineEnd = fc.constantFrom('\n', '\r\n')
  const spelled = fc.tuple(
    fc.array(id, { minLength: 1, maxLength: 30 }),
    lineEnd,
    fc.boolean(),
    fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
  )
  await fc.assert(
    fc.asyncProperty(spelled, async ([ids, end, last, lengths]) => {
      const tail = last ? end : ''
      const written = [
        // A first line without digits may be a header.
        { first: 1, content: ids.join(end) + tail, isHeaded: !/[0-9@]/.test(ids[0]!) },
        { first: 2, content: ['"userId"', ...ids].join(end) + tail },
        { first: 2, content: ['batch,userId', ...ids.map((text) => `"a,""b""","${text}"`)].join(end) + tail },
        { first: 1, content: ids.map((text) => JSON.stringify({ batch: 'a', userId: text })).join(end) + tail },
      ]
      for (const { first, content } of written.filter(({ isHeaded }) => isHeaded !== true)) {
        const { rows, report } = await read(content, lengths)
        expect(rows).toEqual(ids.map((text, index) => `${index + first}:${text}`))
        expect(report).toMatchObject({ confirmed: ids.length, rows: ids.length, empty: none })
      }
    }),
    { numRuns: 80 },
  )
})

describe('the first of plain lines that may be a header', () => {
  for (const { name, content } of [
    { name: 'a usual name of a column', content: 'email\nbob_smith\n' },
    { name: 'such a name in another spelling', content: '\nE-Mail Address\nbob_smith\n' },
    { name: 'such a name in quotes', content: '"userName"\n"bob_smith"\n' },
    { name: 'such a name alone', content: 'user_name\n' },
    { name: 'such a name before numbers, once', content: 'email\n12345678\n' },
    { name: 'a word before numbers, addresses and UUIDs', content: 'Kundennummer\n12345678\n\nbob@example.org\n' },
  ])
    test(`is asked about: ${name}`, async () => {
      for (const lengths of [[1e6], [1]]) {
        const { badRows, message } = await refusal(content, lengths)
        expect(badRows).toEqual([
          { line: content.search(/\S/) + 1, problem: expect.stringMatching(/move it to another/) },
        ])
        for (const line of content.split('\n').filter(Boolean)) expect(message).not.toContain(line.replaceAll('"', ''))
      }
    })

  for (const { name, content, rows } of [
    { name: 'a word among words', content: 'bob_smith\n12345678\nalice\n', rows: 3 },
    { name: 'a word alone', content: 'bob_smith\n', rows: 1 },
    { name: 'a number before the name of a column', content: '12345678\nemail\n', rows: 2 },
    { name: 'an address before numbers', content: 'bob@example.org\n12345678\n', rows: 2 },
  ])
    test(`is an identifier: ${name}`, async () => {
      expect((await read(content)).rows).toHaveLength(rows)
    })
})

test('rows are not read through a double', async () => {
  const big = '9007199254740993'
  const { rows } = await read(`{"userId":${big}}\n`)
  expect(rows).toEqual([`1:${big}`])
})
