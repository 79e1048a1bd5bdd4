import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { indexOf } from '../decode/database/dump-index-writer.ts'
import { openStore } from '../support/pipeline.ts'
import { type Files, manifestText, numbers, somebodyElse, transferred } from '../support/sample-files.ts'

const ddl = (
  table: string,
  statement: string,
) => `-- MySQLShell dump 2.0.1  Distrib Ver 8.0.36 for Linux on x86_64 - for MySQL 8.0.36 (MySQL Community Server (GPL)), for Linux (x86_64)
--
-- Host: localhost    Database: shop    Table: ${table}
-- ------------------------------------------------------
-- Server version	8.0.36

--
-- Table structure for table \`${table}\`
--

/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
${statement}
/*!40101 SET character_set_client = @saved_cs_client */;
`
const json = (value: unknown) => `${JSON.stringify(value, null, 4)}\n`

/** A table as `util.dumpSchemas` writes it: what makes it, what is in it, and a file of rows for each chunk with its index. */
function tableFiles(table: string, chunks: readonly (readonly string[])[], where = '') {
  const files: Record<string, string | Uint8Array> = {
    [`shop@${table}.sql`]: ddl(
      table,
      `CREATE TABLE IF NOT EXISTS \`${table}\` (\n  \`id\` bigint unsigned NOT NULL AUTO_INCREMENT,\n  \`note\` text,\n  \`isPaid\` bit(1) NOT NULL,\n  PRIMARY KEY (\`id\`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;`,
    ),
    [`shop@${table}.json`]: json({
      options: { schema: 'shop', table, columns: ['id', 'note', 'isPaid'], fieldsTerminatedBy: '\t' },
      extension: 'tsv.zst',
      chunking: true,
      compression: 'zstd',
      primaryIndex: ['id'],
      ...(where && { where }),
    }),
  }
  for (const [chunk, rows] of chunks.entries()) {
    const name = `shop@${table}@${chunk === chunks.length - 1 ? '@' : ''}${chunk}.tsv.zst`
    files[name] = zstdCompressSync(rows.join(''))
    files[`${name}.idx`] = indexOf(rows.map((row) => row.length))
  }
  return files
}

const row = (id: string, index: number) =>
  `${id}\tparcel ${index}, left\\twith a neighbour\t${index % 2 ? '\x01' : '\\0'}\n`
const others = (count: number) => numbers(count).map((n) => row(somebodyElse(n), n))
const whole: Files = {
  '@.json': json({
    dumper: 'mysqlsh Ver 8.0.36 for Linux on x86_64',
    version: '2.0.1',
    schemas: ['shop'],
    tzUtc: true,
    bytesPerChunk: 64000000,
  }),
  '@.sql':
    '-- MySQLShell dump 2.0.1\n--\n-- Host: localhost\n-- ------------------------------------------------------\n',
  '@.post.sql':
    '-- MySQLShell dump 2.0.1\n--\n-- Host: localhost\n-- ------------------------------------------------------\n',
  '@.done.json': json({
    end: '2026-11-01 03:02:01',
    dataBytes: 5123456,
    chunkFileBytes: { 'shop@orders@0.tsv.zst': 3700000 },
  }),
  'shop.json': json({ schema: 'shop', tables: ['orders', 'states'], basenames: { orders: 'shop@orders' } }),
  'shop.sql': 'CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;\n',
  ...tableFiles('orders', [others(70_000), others(900)]),
  ...tableFiles('states', [[]]),
}

async function runOver(files: Files, manifest = manifestText, channel?: object) {
  const place = await openStore(files, channel ? { channel } : {}, {}, manifest)
  return { ...(await place.run()), root: place.root }
}

describe('a dump of MySQL Shell', () => {
  it('is verified where nobody is in it', async () => {
    expect(whole['shop@orders@0.tsv.zst.idx']!.length).toBe(32)
    const ended = await runOver(whole)
    expect([ended.store, ended.why]).toEqual(['verified', ''])
  })

  it('is residual where somebody is in rows, in a condition, or in what makes a table', async () => {
    const found: Record<string, Files> = {
      rows: tableFiles('orders', [[...others(40_000), row(transferred(3), 1), ...others(40_000)], others(900)]),
      condition: tableFiles('orders', [others(9)], `id <> ${transferred(4)}`),
      statement: {
        'shop@orders.sql': ddl('orders', `CREATE TABLE \`orders\` (\`id\` bigint COMMENT 'not ${transferred(5)}');`),
      },
    }
    for (const [what, files] of Object.entries(found)) {
      const ended = await runOver({ ...whole, ...files })
      expect([what, ended.store]).toEqual([what, 'residual'])
      expect((await ended.coverage(0))!.found.versions).toBe(1)
    }
  })

  it('is residual, and kept, where a number of an index is that of somebody', async () => {
    const index = indexOf([1_048_000, 5_000])
    const manifest = 'userId,transferredAt\n1053000,2026-01-01\n'
    const channel = { kind: 'delete-files', owner: 'id' }
    const ended = await runOver({ 'shop@states@@0.tsv.zst.idx': index }, manifest, channel)
    expect([ended.store, (await ended.coverage(0))!.found.versions]).toEqual(['residual', 1])
    expect(existsSync(join(ended.root, 'store', 'shop@states@@0.tsv.zst.idx'))).toBe(true)
  })

  it('is incomplete where an index says anything else', async () => {
    const index = Buffer.from(whole['shop@orders@0.tsv.zst.idx'] as Uint8Array)
    const ended = await runOver({
      ...whole,
      'shop@orders@0.tsv.zst.idx': Buffer.concat([index, Buffer.from('\0\0\0bob_w', 'latin1')]),
    })
    expect([ended.store, ended.why]).toEqual(['incomplete', 'not-text: 1 object version'])
  })
})
