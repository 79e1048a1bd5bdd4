import { cpus } from 'node:os'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms, formNames } from '../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { letters, rowsOf, secondsOf, sentence } from './rows.ts'

/**
 * What looking for forms costs: GB of text in memory per second of one core's time, medians of five runs after one to warm
 * up, without forms, with the default ones, with all, and what each alone adds in nanoseconds a byte.
 * Run: `node test/bench/forms.ts [identifiers] [megabytes]`; results are kept, dated, in `results/`.
 */
const identifiers = Number(process.argv[2] ?? 100_000)
const megabytes = Number(process.argv[3] ?? 32)

const { next, below, from, number, uuid, email, handle, event, csv } = rowsOf(20261126)
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const nested = (own: string) => `${JSON.stringify({ time: 17, message: event(email)(own).trim() })}\n`
const query = (own: string) =>
  `203.0.113.${below(255)} - - [11/Mar/2026:12:00:00 +0000] "GET /search?q=${from(letters, 6)}+${from(letters, 5)}&u=` +
  `${encodeURIComponent(own)}&r=https%3A%2F%2Fwww.example.com%2Fa%3Fb%3D1&t=${below(1e6)} HTTP/1.1" 200 ${below(9999)}\n`
const sql = (own: string) =>
  `INSERT INTO \`events\` VALUES (${number()},'2026-03-11 12:00:00',${own},'view','it\\'s','','it''s','a\\nb \\"q\\"');\n`
const html = (own: string) =>
  `<tr class="row"><td>${number()}</td><td>Tom &amp; Jerry &lt;b&gt;</td><td><a href="/p?a=1&amp;b=${below(99)}&amp;u=` +
  `${own}">&quot;it&#39;s ${sentence}&quot;&nbsp;&euro;</a></td></tr>\n`
const blob = (own: string) => `{"user":"${own}","image":"${from(base64, 2000)}"}\n`
const noise = (length: number) => Buffer.from(Array.from({ length }, () => below(256)))
const claims = (own: string) =>
  JSON.stringify({ iss: 'https://auth.example.com/', sub: own, aud: 'api', iat: 1.7e9 + below(1e7) })
const token = (own: string) =>
  `{"path":"/api/v1/items/${below(1e6)}","authorization":"Bearer ${[
    Buffer.from('{"alg":"RS256","typ":"JWT"}'),
    Buffer.from(claims(own)),
    noise(256),
  ]
    .map((part) => part.toString('base64url'))
    .join('.')}","status":200}\n`
const record = (own: string) =>
  `{"v":"${Buffer.concat([Buffer.from([18, own.length]), Buffer.from(own), Buffer.from([34, 20]), noise(20), Buffer.from([42, sentence.length]), Buffer.from(sentence)]).toString('base64')}"}\n`
const encoded = (own: string) =>
  `${Buffer.from(claims(own).repeat(3)).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n\r\n`

const of = (first: number, count: number, length: number) =>
  Array.from({ length }, () => String.fromCharCode(first + below(count))).join('')
const han = (length: number) => of(0x4e00, 3000, length)
const inJson = (own: string) =>
  `${JSON.stringify({ user_id: own, nick: han(5), text: han(30), likes: below(999) }).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}\n`
const inQuery = (own: string) =>
  `10.0.0.${below(255)} "GET /api/search?keyword=${encodeURIComponent(han(6))}&uid=${own}&device=${number()} HTTP/1.1" 200\n`
const french = (own: string) =>
  `${own};${from(letters, 6)}é${from(letters, 4)};${below(999)} ${100 + below(900)},${below(99)} €;${email()};à côté\n`
const syslog = (own: string) =>
  `Mar 11 12:00:00 host app[${below(9999)}]: msg="login ok" user="${own}" took=${below(99)}ms trace=${uuid().replaceAll('-', '')}\n`
const line = (own: string) => `${own}\n`

type Case = { name: string; id: () => string; row: (own: string) => string; encoding?: BufferEncoding }
const cases: Case[] = [
  { name: 'numbers, JSON Lines', id: number, row: event(number) },
  { name: 'numbers, CSV', id: number, row: csv },
  { name: 'UUIDs, JSON Lines', id: uuid, row: event(uuid) },
  { name: 'e-mail addresses, JSON Lines', id: email, row: event(email) },
  { name: 'handles, JSON Lines', id: handle, row: event(handle) },
  { name: 'e-mail addresses, JSON in JSON', id: email, row: nested },
  { name: 'e-mail addresses, web server log', id: email, row: query },
  { name: 'numbers, web server log', id: number, row: query },
  { name: 'numbers, SQL dump', id: number, row: sql },
  { name: 'numbers, HTML', id: number, row: html },
  { name: 'numbers, base64 of images in JSON', id: number, row: blob },
  { name: 'e-mail addresses, base64 of images in JSON', id: email, row: blob },
  { name: 'e-mail addresses, JWT in each row', id: email, row: token },
  { name: 'e-mail addresses, protobuf in base64', id: email, row: record },
  { name: 'e-mail addresses, base64 of text in lines', id: email, row: encoded },
  { name: 'numbers, Chinese in JSON, escaped', id: number, row: inJson },
  { name: 'numbers, Chinese in queries', id: number, row: inQuery },
  { name: 'numbers, French CSV', id: number, row: french },
  { name: 'numbers, French CSV in Latin-1', id: number, row: french, encoding: 'latin1' },
  { name: 'e-mail addresses, syslog', id: email, row: syslog },
  { name: 'UUIDs, one a line', id: uuid, row: line },
  { name: 'numbers, one a line', id: number, row: line },
  { name: 'numbers, UTF-16', id: number, row: event(number), encoding: 'utf16le' },
]

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
console.log(`${identifiers} identifiers, ${megabytes} MB; Node ${process.version}, ${cpus()[0]?.model.trim()}\n`)
console.log(`| text | plain | default | all | default/plain | ${formNames.map((name) => `${name} ns/B`).join(' | ')} |`)
console.log(`|---|---|---|---|---|${formNames.map(() => '---|').join('')}`)
for (const { name, id, row, encoding } of cases.filter(({ name }) => name.includes(process.argv[4] ?? ''))) {
  const ids = Array.from({ length: identifiers }, id)
  const index = makeIndex(ids)
  const rows: string[] = []
  for (let size = 0; size < megabytes * 1e6; size += Buffer.byteLength(rows.at(-1)!, encoding))
    rows.push(row(next() < 0.0001 ? ids[below(ids.length)]! : id()))
  const corpus = Buffer.from(rows.join(''), encoding)
  const timed = (forms: readonly string[]) => {
    const scan = () => {
      const matcher = createFormMatcher(index, forms, () => {})
      for (let at = 0; at < corpus.length; at += 65_536) matcher.write(corpus.subarray(at, at + 65_536))
      matcher.end()
    }
    scan()
    return median(Array.from({ length: 3 }, () => secondsOf(scan)))
  }
  const plain = timed([])
  const [usual, all] = [timed(defaultForms), timed(formNames)]
  const rate = (seconds: number) => `${(corpus.length / seconds / 1e9).toPrecision(3)} GB/s`
  const each = formNames.map((form) => (((timed([form]) - plain) * 1e9) / corpus.length).toFixed(2))
  console.log(
    `| ${name} | ${rate(plain)} | ${rate(usual)} | ${rate(all)} | ${(usual / plain).toFixed(2)} | ${each.join(' | ')} |`,
  )
}
