import { cpus } from 'node:os'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { chunksOf } from './rows.ts'
import { median, type Run, timed } from './worker.ts'

/**
 * Texts as companies have them, each with lists of one kind of identifiers as people choose them and with one of all four: CPU time of a scan in all default forms and of
 * one for plain identifiers alone, in nanoseconds a byte. None of the identifiers is in the texts: whoever finds one ends it. Medians of interleaved rounds after one
 * to warm up. Run: `node test/bench/ordinary-texts.ts [megabytes] [rounds]`; results are kept, dated, in `results/`.
 */
const megabytes = Number(process.argv[2] ?? 6)
const rounds = Number(process.argv[3] ?? 5)
const listed = 100_000
const next = seededRandom(20261129)
const below = (n: number) => Math.floor(next() * n)
const one = <T>(some: readonly T[]): T => some[below(some.length)]!
const drawn = (alphabet: string, count: number) =>
  Array.from({ length: count }, () => alphabet[below(alphabet.length)]).join('')
const digits = (count: number) => drawn('0123456789', count)
const hex = (count: number) => drawn('0123456789abcdef', count)
const base64 = (bytes: number, encoding: 'base64' | 'base64url' = 'base64') =>
  Buffer.from(hex(2 * bytes), 'hex').toString(encoding)

const firsts = 'james mary robert anna carlos wei maria jose fatima ivan olga pierre hans yuki raj priya'.split(' ')
const lasts = 'smith johnson garcia miller davis lopez chen wang kumar singh tanaka martin dupont rossi'.split(' ')
const domains = ['gmail.com', 'yahoo.com', 'outlook.com', 'example.org', 'gmx.de', 'corp.example.com']
const words =
  'the of and to in is that for it as was with be by on not but at are this have from which one all there would their been has order refund please contact payment customer video upload account settings'.split(
    ' ',
  )
const text = (count: number) => Array.from({ length: count }, () => one(words)).join(' ')
const number = () => `${1 + below(9)}${digits(15 + below(4))}`
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-${drawn('89ab', 1)}${hex(3)}-${hex(12)}`
const mail = () => `${one(firsts)}${one(['.', '_', ''])}${one(lasts)}${digits(below(5))}@${one(domains)}`
const handle = (): string =>
  one([
    () => `${one(firsts)}_${one(lasts)}`,
    () => `${one(firsts)}${digits(2 + below(3))}`,
    () => `${one(lasts)}${one(firsts).slice(0, 2)}${digits(below(3))}`,
    () => `${one(firsts)}.${one(lasts)}${digits(below(3))}`,
  ])()
const time = () =>
  `2026-0${1 + below(9)}-${10 + below(18)}T${10 + below(13)}:${10 + below(49)}:${10 + below(49)}.${digits(3)}Z`
const address = () => `${1 + below(223)}.${below(256)}.${below(256)}.${below(256)}`
const clock = () => `12/Mar/2026:10:${10 + below(49)}:${10 + below(49)} +0000`

const lines: Record<string, () => string> = {
  'web log': () =>
    `${address()} - ${one(['-', handle()])} [${clock()}] "GET /${one([`api/v1/users/${number()}`, `watch?v=${base64(8, 'base64url')}&u=${number()}`, `search?q=${one(words)}+${one(words)}&email=${mail().replace('@', '%40')}`, `static/js/main.${hex(8)}.js`, `p/${uuid()}`])} HTTP/1.1" 200 ${below(99_999)} "https://www.example.com/${one(words)}/${one(words)}?gclid=${base64(20, 'base64url')}" "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"`,
  'JSON, events': () =>
    JSON.stringify({
      ...{
        id: uuid(),
        ts: time(),
        user: { id: number(), email: mail(), name: handle() },
        ip: address(),
        device: uuid(),
      },
      props: { url: `https://example.com/v/${number()}`, text: text(8), dur: next() * 100, tags: [one(words)] },
    }),
  'JSON, tokens': () =>
    JSON.stringify({
      ts: time(),
      jwt: `eyJhbGciOiJSUzI1NiJ9.${base64(120, 'base64url')}.${base64(64, 'base64url')}`,
      trace: hex(32),
    }),
  CSV: () =>
    `${number()},${mail()},${one(firsts)},${one(lasts)},${time()},${uuid()},"${text(5)}",${below(1000)}.${digits(2)}`,
  'CSV in French': () =>
    `${number()};${one(firsts)};é${one(lasts)};${text(3)} à l'été, déjà reçu;${mail()};${below(1000)},${digits(2)}`,
  SQL: () =>
    `INSERT INTO users VALUES (${number()},'${mail()}','${handle()}','${text(10)}','2026-03-12 10:00:00',${below(100)},NULL,'${hex(64)}');`,
  'COPY of PostgreSQL': () => [number(), uuid(), mail(), handle(), text(6), '\\N', 't', time()].join('\t'),
  HTML: () =>
    `<tr class="row"><td><a href="/u/${handle()}?id=${number()}&amp;x=1">${one(firsts)} ${one(lasts)}</a></td><td>${mail()}</td><td>${text(6)}&nbsp;</td></tr>`,
  XML: () =>
    `  <user id="${number()}"><email>${mail()}</email><bio>${text(9)} &amp; co</bio><guid>${uuid()}</guid></user>`,
  syslog: () =>
    `Mar 12 10:${10 + below(49)}:${10 + below(49)} host${below(20)} sshd[${below(30_000)}]: Accepted publickey for ${handle()} from ${address()} port ${below(65_535)} ssh2: RSA SHA256:${base64(33).slice(0, 43)}`,
  'Java log': () =>
    `2026-03-12 10:${10 + below(49)}:${10 + below(49)},${digits(3)} INFO  [http-nio-8080-exec-${below(200)}] c.e.service.UserService - processed user=${number()} session=${hex(32)} in ${below(500)}ms ${text(5)}`,
  'JSON in Chinese': () =>
    JSON.stringify({ id: number(), user: handle(), body: `${'中文评论'.repeat(1 + below(6))}${one(words)}的视频` }),
  'numbers, one a line': number,
  'UUIDs, one a line': uuid,
  'addresses, one a line': mail,
  'SHA-256 sums': () => `${hex(64)}  ${one(words)}/${one(words)}.txt`,
  'base64 in lines': () => base64(57),
  'bytea in hexadecimal digits': () => `${below(99_999)}\t\\\\x${hex(200)}`,
}

const set = (make: () => string, count: number) => {
  const made = new Set<string>()
  while (made.size < count) made.add(make())
  return [...made]
}
// Nobody in the texts has a `q` in front.
const kinds = [number, uuid, () => `q${mail()}`, () => `q${handle()}${digits(2)}`].map((make) => set(make, listed))
const indexes = [...kinds, kinds.flatMap((kind) => kind.slice(0, listed / kinds.length))].map((list) =>
  makeIndex(new Set(list)),
)

console.log(
  `Node ${process.version}, ${cpus()[0]?.model.trim()}; ${megabytes} MB a text, ${listed} identifiers; ns a byte, and plain identifiers alone\n`,
)
console.log('| text | numbers | UUIDs | addresses | handles | a quarter of each |')
console.log('|---|---|---|---|---|---|')
for (const [name, line] of Object.entries(lines)) {
  const parts: string[] = []
  for (let size = 0; size < megabytes * 1e6; size += parts.at(-1)!.length) parts.push(`${line()}\n`)
  const bytes = Buffer.from(parts.join(''))
  const tries = indexes.flatMap((index) => [undefined, []].map((forms) => ({ index, forms, runs: [] as Run[] })))
  for (let round = 0; round <= rounds; round++)
    for (const { index, forms, runs } of tries) {
      let found = 0
      const run = await timed(async () => {
        await scanObject(chunksOf(bytes, 65_536), index, () => found++, { forms })
        return found
      })
      if (found > 0) throw new Error(`${name}: expected nobody, found ${found}`)
      if (round > 0) runs.push(run)
    }
  const shown = tries.map(({ runs }) => ((median(runs) * 1e9) / bytes.length).toFixed(1))
  console.log(`| ${name} | ${indexes.map((_, at) => `${shown[2 * at]} (${shown[2 * at + 1]})`).join(' | ')} |`)
}
