import { createCipheriv, randomBytes } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { decodeObject } from '../../lib/decode/decode-object.ts'

/**
 * What content of no format that is read ends as: kinds of real files of this machine, and bytes that hide what they hold,
 * by the first reason that keeps them from being clean. A kind that hides its content must have 0 in `clean`.
 * Run: `node test/bench/classify.ts [files of each kind] [folder…]`; results are kept, dated, in `results/`.
 */
const most = Number(process.argv[2] ?? 200)
const folders =
  process.argv.length > 3 ? process.argv.slice(3) : ['/usr/share', '/usr/lib', '/usr/bin', 'node_modules/']
const largest = 2_000_000

const kinds: Record<string, string[]> = {
  'source text': [
    '.ts',
    '.js',
    '.mjs',
    '.py',
    '.c',
    '.h',
    '.pl',
    '.sh',
    '.css',
    '.html',
    '.md',
    '.txt',
    '.json',
    '.yml',
    '.xml',
  ],
  'source maps': ['.map'],
  'certificates and keys in PEM': ['.pem', '.crt'],
  ELF: ['.so', '.node', ''],
  'Python bytecode': ['.pyc'],
  images: ['.png', '.jpg', '.gif', '.webp', '.ico'],
  fonts: ['.ttf', '.otf', '.woff', '.woff2', '.pfb'],
  'compiled messages': ['.mo'],
  'gzip and others that are read': ['.gz', '.xz', '.bz2', '.zst', '.zip', '.whl', '.jar'],
  WebAssembly: ['.wasm'],
  'time zones, terminals, locales': ['.tzif', '.terminfo'],
}

/** Up to `most` files of each kind. */
function collectFiles(): Map<string, Buffer[]> {
  const found = new Map<string, Buffer[]>(Object.keys(kinds).map((kind) => [kind, []]))
  const visit = (folder: string, depth: number): void => {
    let entries: Dirent[]
    try {
      entries = readdirSync(folder, { withFileTypes: true })
    } catch {
      return
    }
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && depth < 8) visit(path, depth + 1)
      if (!entry.isFile()) continue
      const kind = Object.keys(kinds).find((each) => kinds[each]!.includes(extname(entry.name)))
      const files = kind === undefined ? undefined : found.get(kind)
      if (files === undefined || files.length >= most || statSync(path).size > largest) continue
      const bytes = readFileSync(path)
      if (kind !== 'ELF' || bytes.subarray(1, 4).toString() === 'ELF') files.push(bytes)
    }
  }
  for (const folder of folders) visit(folder, 0)
  return found
}

const key = randomBytes(32)
const encrypt = (bytes: Buffer) => createCipheriv('aes-256-ctr', key, randomBytes(16)).update(bytes)
const text = (length: number) =>
  Buffer.from('{"user":"1234567890123456789","kind":"view"}\n'.repeat(Math.ceil(length / 40))).subarray(0, length)
/** Text with no line like another: compressing it leaves something. */
const varied = (length: number) =>
  Buffer.from(Array.from({ length: length / 16 }, () => `user ${randomBytes(5).toString('hex')}\n`).join(''))
const lengths = [16, 32, 64, 256, 1024, 16_384]
const many = (make: (length: number) => Buffer) =>
  lengths.flatMap((length) => Array.from({ length: most }, () => make(length)))
const latin1 = Buffer.from('17;J\xf6rg M\xfcller;Hauptstra\xdfe 3;Berlin\r\n'.repeat(50), 'latin1')

const made: Record<string, Buffer[]> = {
  'random bytes': many(randomBytes),
  'AES-CTR of text': many((length) => encrypt(text(length))),
  'raw deflate of text': many((length) => deflateRawSync(varied(length))),
  'brotli of text': many((length) => brotliCompressSync(varied(length))),
  'base64 of gzip in JSON': many((length) =>
    Buffer.from(`{"a":"${gzipSync(varied(Math.max(64, length))).toString('base64')}"}`),
  ),
  'hex of zlib in SQL': many((length) =>
    Buffer.from(`('\\x${deflateSync(varied(Math.max(64, length))).toString('hex')}')`),
  ),
  'base64 of AES, 1.5 KB and more': Array.from({ length: most }, () =>
    Buffer.from(encrypt(text(4096)).toString('base64')),
  ),
  'base64 of AES, shorter': Array.from({ length: most }, () => Buffer.from(encrypt(text(512)).toString('base64'))),
  'Latin-1 rows, 16 bytes of AES among them': Array.from({ length: 10 * most }, () =>
    Buffer.concat([latin1, encrypt(text(16)), latin1]),
  ),
  'Latin-1 rows, 32 bytes of AES among them': Array.from({ length: 10 * most }, () =>
    Buffer.concat([latin1, encrypt(text(32)), latin1]),
  ),
  'Latin-1 rows': [latin1],
}

const reasons = ['clean', 'invalid-utf8', 'not-text', 'opaque', 'encrypted', 'unsupported-format'] as const
console.log(`| content | files | ${reasons.join(' | ')} | other |\n|---|---|${reasons.map(() => '---|').join('')}---|`)
for (const [kind, files] of [...collectFiles(), ...Object.entries(made)]) {
  const counts: Record<string, number> = {}
  for (const bytes of files) {
    const source = (async function* () {
      yield bytes
    })()
    const { gaps } = await decodeObject(source, () => ({ readsEightBit: true, write() {}, end() {} }))
    const reason = gaps[0]?.reason ?? 'clean'
    counts[reason] = (counts[reason] ?? 0) + 1
  }
  const known = reasons.map((reason) => counts[reason] ?? 0)
  const other = files.length - known.reduce((sum, count) => sum + count, 0)
  console.log(`| ${kind} | ${files.length} | ${known.join(' | ')} | ${other} |`)
}
