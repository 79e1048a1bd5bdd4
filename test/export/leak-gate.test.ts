import { describe, expect, it } from 'vitest'
import { formatEnvelope, parseEnvelope } from '../../lib/attestation/envelope.ts'
import type { Statement } from '../../lib/attestation/statement.ts'
import { GateBlind, IdentifierLeaked } from '../../lib/errors.ts'
import { bundlePaths } from '../../lib/export/bundle-paths.ts'
import { formatGateDocument, type GateDocument } from '../../lib/export/leak-gate/gate-document.ts'
import { maskDocument } from '../../lib/export/leak-gate/mask-document.ts'
import { passLeakGate } from '../../lib/export/leak-gate/pass-leak-gate.ts'
import { prepareViews } from '../../lib/export/leak-gate/prepare-views.ts'
import { searchViews } from '../../lib/export/leak-gate/search-views.ts'
import { knownIn, viewsOf } from '../../lib/export/leak-gate/views.ts'
import type { Filing } from '../../lib/export/read-filing.ts'
import { reportPdf } from '../../lib/export/report/pdf/report-pdf.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { runControls } from '../../lib/scan/controls/controls.ts'
import { defaultForms, formNames } from '../../lib/scan/forms/form-names.ts'
import type { Where } from '../../lib/scan/places/where.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { openSubjectIndex, type SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import {
  type Files,
  type Forger,
  type Models,
  oneUnverified,
  sampleKeys,
  sampleLog,
  sampleRun,
  textIn,
  unsealedBundle,
  withManifest,
} from '../support/sample-bundle.ts'
import { sampleCaseKey, sampleIndex } from '../support/sample-index.ts'
import { acknowledgement, cleanCoverage, foundCoverage, request, store } from '../support/sample-run.ts'
import { someOf } from '../support/some-of.ts'

/** No identifier of anybody in scope gets into a bundle, wherever and however it is written; what only looks like one does. */

const keys = sampleKeys()
const idOf = (n: number) => String(803_915_702 + 7 * n)
const uuidOf = (n: number) => `5e1f00${10 + n}-9b1c-4d7e-a3f2-6c0d8e5b7a91`
const emailOf = (n: number) => `private.person${n}@mail.example`
const [id, uuid, email] = [idOf(0), uuidOf(0), 'private.person@mail.example']
const indexOf = (texts: Iterable<string>) => openSubjectIndex(sampleIndex(texts), caseKeysOf(sampleCaseKey))
const index = indexOf([id, uuid, email])

/** The bundle of a run as it is before it is sealed. */
function unsealed(options: Parameters<typeof sampleRun>[1] = {}): { files: Files; filing: Filing } {
  const log = sampleLog(keys)
  sampleRun(log, options)
  return unsealedBundle(log)
}

const pass = (
  { files, filing }: { files: Files; filing: Filing },
  ...searched: SubjectIndex[]
): Promise<GateDocument> =>
  passLeakGate({
    files,
    filing,
    scopes: (searched.length === 0 ? [index] : searched).map((each, n) => ({
      manifestSha256: 'a'.repeat(64),
      subjects: each.subjects,
      runs: n === 0 ? filing.runs.map(({ runId }) => runId) : [`another-${n}`],
      open: async () => each,
    })),
    runsWithoutScope: [],
  })

async function refusal(bundle: { files: Files; filing: Filing }, ...searched: SubjectIndex[]): Promise<Error> {
  const refused = await pass(bundle, ...searched).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(refused).toBeInstanceOf(IdentifierLeaked)
  return refused as Error
}

/** Ways in which the n-th identifier may stand in a text. */
const spellings: { name: string; text: (n: number) => string }[] = [
  { name: 'as a number', text: (n) => idOf(n) },
  { name: 'in a sentence', text: (n) => `Backup of ${idOf(n)} (old)` },
  { name: 'as a UUID in capitals', text: (n) => uuidOf(n).toUpperCase() },
  { name: 'as a UUID without hyphens', text: (n) => uuidOf(n).replaceAll('-', '') },
  { name: 'as an address in a link', text: (n) => `mailto:${emailOf(n)}?subject=x` },
  { name: 'percent-encoded', text: (n) => emailOf(n).replace('@', '%40') },
  { name: 'percent-encoded twice', text: (n) => emailOf(n).replace('@', '%2540') },
  { name: 'escaped', text: (n) => [...idOf(n)].map((digit) => `\\u003${digit}`).join('') },
  { name: 'in character references', text: (n) => [...idOf(n)].map((digit) => `&#${digit.charCodeAt(0)};`).join('') },
  { name: 'in base64', text: (n) => Buffer.from(`user ${idOf(n)}, all of it`).toString('base64') },
  { name: 'in hexadecimal digits', text: (n) => Buffer.from(`user=${idOf(n)}`).toString('hex') },
  { name: 'with separators of thousands', text: (n) => idOf(n).replace(/(...)(...)(...)/, '$1,$2,$3') },
  { name: 'padded with zeros', text: (n) => `0000${idOf(n)}` },
  { name: 'behind an escape', text: (n) => `line\\n${idOf(n)}` },
]

/** Every place of a bundle in which somebody's or a store's text stands, or could by a fault of ours. */
const places = [
  'custodian',
  'instrument',
  'clause',
  'reference',
  'address of a bucket',
  'account',
  'region',
  'kind of a store',
  'shown key',
  'id of a version',
  'detail',
  'keys of an exception',
  'detail of an exception',
  'plan of an exception',
  'who approved an exception',
  'what protects a version',
  'why a version was kept',
  'custodian of a request',
  'name of a request',
  'error',
  'state of a failure',
  'form of a control',
  'limitation',
  'reason',
  'reason that counts',
  'version of the tool',
  'who handed the manifest over',
  'who runs the tool',
  'who reviews it',
  'rule of retention',
  'member that no schema knows',
  'key that no schema knows',
  'text of the summary',
  'digest that is none',
] as const
type Place = (typeof places)[number]

/** A run in which each of them holds a text of its own. */
function everywhere(text: (place: Place) => string): Parameters<typeof sampleRun>[1] {
  const requestId = text('name of a request')
  const answer = {
    ...acknowledgement,
    requestId,
    kept: [{ reason: text('why a version was kept'), versions: 1, bytes: 100 }],
  }
  const obligation = { instrument: text('instrument'), clause: text('clause'), reference: text('reference') }
  const open = {
    shownKey: `backups/${text('shown key')}/all.csv`,
    versionId: text('id of a version'),
    bytes: 100,
    outcome: 'unverified' as const,
    reason: 'encrypted' as const,
    detail: text('detail'),
    findings: 0,
    protection: text('what protects a version'),
  }
  const forms = [text('form of a control')]
  const exception = {
    ...oneUnverified.coverage.exceptions![0]!,
    suffix: text('keys of an exception'),
    detail: text('detail of an exception'),
    plan: text('plan of an exception'),
    approvedBy: text('who approved an exception'),
  }
  return {
    models: {
      sg: {
        store: {
          ...store,
          obligation,
          kind: text('kind of a store'),
          custodian: text('custodian'),
          account: text('account'),
          uri: `s3://${text('address of a bucket')}`,
          region: text('region'),
        },
        passes: [foundCoverage, { ...cleanCoverage, positiveControls: { planted: 3, detected: 3, forms } }],
        requests: [
          { request: { ...request, requestId, custodian: text('custodian of a request') }, acknowledgement: answer },
        ],
        failure: { error: text('error'), state: text('state of a failure') },
      },
      ie: { passes: [{ ...oneUnverified.coverage, exceptions: [exception] }], open: [open] },
    },
    forge({ statement, model }) {
      const { predicate } = statement
      const says = (change: object) => ({
        ...statement,
        predicate: { ...predicate, ...change } as Statement['predicate'],
      })
      const holds = (change: object) => ({ ...(model as object), ...change })
      switch (predicate.phase) {
        case 'scope':
          return {
            statement: says({
              limitations: [text('limitation')],
              scope: {
                ...predicate.scope,
                manifest: { ...predicate.scope.manifest, party: text('who handed the manifest over') },
              },
              people: { operator: text('who runs the tool'), reviewer: text('who reviews it') },
              retention: { years: 10, basis: text('rule of retention') },
            }),
            model: holds({
              note: text('member that no schema knows'),
              byUser: { [text('key that no schema knows')]: 1 },
            }),
          }
        case 'verification':
          return {
            statement: says({ reasons: [text('reason'), `found: 3 findings of ${text('reason that counts')} things`] }),
            model,
          }
        case 'run-summary':
          return {
            statement: says({ tool: { ...predicate.tool, version: text('version of the tool') } }),
            model: holds({ failures: [text('text of the summary')], reportSha256: text('digest that is none') }),
          }
        default:
          return { statement, model }
      }
    },
  }
}

const ofStore = (change: object): { models: Models } => ({ models: { sg: { store: { ...store, ...change } } } })
/** A version of which one place is listed. */
const placedAt = (where: Where) => {
  const found = { place: 'content' as const, path: ['zip', 'member-123456789', 'xml', 'text'], record: 7, offset: 9 }
  const places = [{ ...found, form: 'base64 percent', where: { columnName: 'email_address', ...where } }]
  return { open: [{ ...oneUnverified.open[0]!, findings: 5, places }] }
}
const documented =
  (change: object, phase: string): Forger =>
  (draft) =>
    draft.statement.predicate.phase === phase ? { ...draft, model: { ...(draft.model as object), ...change } } : draft

describe('an identifier in scope is found in every text of a bundle', () => {
  const listed = indexOf(places.flatMap((_, n) => [idOf(n), uuidOf(n), emailOf(n)]))
  it.each(someOf(4, spellings))('$name', async ({ text }) => {
    const { files, filing } = unsealed(everywhere((place) => text(places.indexOf(place))))
    const { counts } = await searchViews(
      prepareViews(() => viewsOf(files, knownIn(filing), filing.keys), 'once'),
      listed,
      formNames,
    )
    const isFound = (n: number) =>
      [
        ['decimal', idOf(n)],
        ['uuid', uuidOf(n).replaceAll('-', '')],
        ['email', emailOf(n)],
      ].some(([shape, canonical]) => counts.has(listed.ordinalOf(shape as 'decimal', canonical!)))
    expect(places.filter((_, n) => !isFound(n))).toEqual([])
  })
})

describe('what is masked is never a part of an identifier', () => {
  const signs = [..."._%+-!#$&'*/=?^`{|}~@"]
  const parts = ['mark', 'max', 'set', '12', '3'] as const
  const joined = signs.flatMap((sign) =>
    parts.flatMap((one) => parts.map((other) => `${one}${sign}${other}`)).filter((text) => !/^\d+\.\d+$/.test(text)),
  )
  joined.push('803 915 702', '1 803 915')
  const around = [
    (text: string) => `kept for ${text}, legal hold`,
    (text: string) => `${text} of 7 findings (${text}) object versions: ${text}`,
    (text: string) => `3 of ${text} reported; byte ${text}: at ${text}.`,
    (text: string) => text,
  ]
  it.each([
    'limitations',
    'reasons',
    'reason',
    'forms',
    'detail',
    'protection',
    'error',
    'state',
    'phase',
    'result',
    'code',
    'kind',
  ])('in what stands under %s', (key) => {
    const torn = joined.filter((text) =>
      around.some((sentence) => {
        const document = Buffer.from(JSON.stringify({ [key]: sentence(text) }))
        const shown = Buffer.from(maskDocument(document, 'strict')).toString('latin1')
        return shown.split(text).length !== document.toString('latin1').split(text).length
      }),
    )
    expect(torn).toEqual([])
  })

  it('and names of what controls are planted in are left out as a whole, all that there are', async () => {
    const { positive } = await runControls(indexOf(['1234567890', email]), scanObject, formNames)
    const document = Buffer.from(JSON.stringify({ forms: positive.forms }))
    expect(positive.forms.length).toBeGreaterThan(50)
    expect(Buffer.from(maskDocument(document, 'strict')).toString('latin1')).not.toMatch(/[a-z]/)
  })

  it('and what is made of words of our own stops the export', async () => {
    for (const handle of ['mark.max', "max'set@mark.example"])
      for (const text of [handle, `kept for ${handle}, legal hold`]) {
        const answer = { ...acknowledgement, kept: [{ reason: text, versions: 1, bytes: 100 }] }
        const models = { sg: { requests: [{ request, acknowledgement: answer }] } }
        await refusal(unsealed({ models }), indexOf([handle]))
      }
  })

  it('and so does a word of our programs where a person wrote it about an exception', async () => {
    const coverage = (change: object) => ({
      ...oneUnverified.coverage,
      exceptions: oneUnverified.coverage.exceptions!.map((each) => ({ ...each, ...change })),
    })
    const handles = indexOf(['encrypted', 'marker'])
    for (const member of ['suffix', 'detail', 'plan', 'approvedBy']) {
      const ie = { passes: [coverage({ [member]: 'Backups of marker' })] }
      expect((await refusal(unsealed({ models: { ie } }), handles)).message, member).toContain('leak gate: ')
    }
    // The same words where our programs put them, and nowhere else, tell nobody anything.
    await pass(unsealed({ models: { ie: { passes: [coverage({ detail: 'Backups of 2024' })] } } }), handles)
  })
})

describe('an identifier in scope stops the export', () => {
  it('and the refusal says where it is, and never whose', async () => {
    const places = [
      { options: ofStore({ custodian: id }), form: 'got one;' },
      { options: ofStore({ kind: 'private.person%40mail.example' }), form: 'got one (percent);' },
    ]
    for (const { options, form } of places) {
      const { message } = await refusal(unsealed(options))
      expect(message).toContain(form)
      expect(message).toMatch(/^leak gate: \S+( \([a-z ]+\))?: record \d+, offset \d+: expected no identifier/)
      for (const quoted of [id, uuid, email]) expect(message.toLowerCase()).not.toContain(quoted)
    }
  })

  it('as what the configuration has every statement repeat', async () => {
    const said = (change: (predicate: Statement['predicate']) => object): { forge: Forger } => ({
      forge: ({ statement, model }) => ({
        statement: {
          ...statement,
          predicate: { ...statement.predicate, ...change(statement.predicate) } as Statement['predicate'],
        },
        model,
      }),
    })
    const handedOver = (predicate: Statement['predicate']) =>
      'scope' in predicate && predicate.scope
        ? { scope: { ...predicate.scope, manifest: { ...predicate.scope.manifest, party: `Desk of ${email}` } } }
        : {}
    for (const options of [
      said(handedOver),
      said(() => ({ people: { operator: email } })),
      said(() => ({ people: { operator: 'Jane Roe', reviewer: email } })),
      said(() => ({ retention: { years: 10, basis: email } })),
    ])
      expect((await refusal(unsealed(options))).message).not.toContain(email)
  })

  it('as the name of a field, a column or a sheet, or as the number of a row', async () => {
    const words = indexOf(['carolsmith', '12345678'])
    const wheres = [
      { field: 'users.carolsmith[3]' },
      { field: 'users.carolsmith' },
      { column: 1, columnName: 'CarolSmith' },
      { sheet: 1, sheetName: 'carolsmith' },
      { table: 2, rowid: '12345678' },
    ]
    for (const where of wheres) await refusal(unsealed({ models: { ie: placedAt(where) } }), words)
  })

  it('as the name of a run, and as a number where no schema has one', async () => {
    await refusal(unsealed({ runId: `run-20261123-${id}` }))
    await refusal(unsealed({ runId: id }))
    await refusal(unsealed({ forge: documented({ last: Number(id) }, 'scope') }))
    await refusal(unsealed({ forge: documented({ owners: [1, Number(id)] }, 'run-summary') }))
  })

  it('in a file that is not what its place says, whatever it is', async () => {
    const whole = unsealed()
    const kinds = [...new Map([...whole.files.keys()].map((path) => [path.replace(/\d{6}/, ''), path])).values()]
    expect(kinds.length).toBeGreaterThan(15)
    const listed = indexOf(kinds.map((_, n) => idOf(n)))
    const files = new Map(whole.files)
    for (const [n, path] of kinds.entries())
      files.set(path, Buffer.concat([files.get(path)!, Buffer.from(`\n${idOf(n)}\n`)]))
    const { counts } = await searchViews(
      prepareViews(() => viewsOf(files, knownIn(whole.filing), whole.filing.keys), 'once'),
      listed,
      formNames,
    )
    expect(kinds.filter((_, n) => !counts.has(listed.ordinalOf('decimal', idOf(n))))).toEqual([])
  })

  it('as the name of a file, which is not repeated', async () => {
    const whole = unsealed()
    for (const path of [`attestations/${id}.csv`, `users/${uuid}`, `attestations/000000.${id}.json`]) {
      const files = new Map([[path, Buffer.from('{}')]])
      expect((await refusal({ ...whole, files })).message).toMatch(/^leak gate: name of a file: record 1, offset \d+: /)
    }
  })

  it('in the files for people, cut by markup, as an attribute and in a cell', async () => {
    const whole = unsealed()
    const cuts = [
      ['report.html', `<p>${id.slice(0, 4)}<b>${id.slice(4)}</b></p>`],
      ['report.html', `<p>80<wbr>39<span class="n">157</span>02</p>`],
      ['report.html', `<svg aria-label="Coverage of ${id}"></svg>`],
      ['report.html', `<a href="https://example.com/?u=private.person%40mail.example">x</a>`],
      ['stores.csv', `run-1,"a ${id}",\r\n`],
      ['custody.csv', `0,'${email}\r\n`],
      ['methods-and-limitations.md', `- ${uuid.toUpperCase()}\n`],
    ] as const
    for (const [path, text] of cuts) {
      const files = new Map([[path, Buffer.from(textIn(whole.files, path) + text)]])
      expect((await refusal({ ...whole, files })).message).toContain(`leak gate: ${path}`)
    }
  })

  it('in the report to be printed, cut by lines and pages', async () => {
    const whole = unsealed()
    const cell = (text: string) => `<td>${text}</td>`
    const before = '<p>filler</p>'.repeat(35)
    for (const text of [
      id,
      `mailto:${email}`,
      uuid.toUpperCase(),
      `用户(${id})Ω`,
      `user=${id.slice(0, 2)}&#${id.charCodeAt(2)};${id.slice(3)}`,
    ])
      for (const body of [
        `<p>${'x '.repeat(97)}${text}</p>`,
        `<table><tbody><tr></tr><tr>${cell(text).repeat(30)}</tr></tbody></table>`,
        `${before}<table><tbody><tr></tr><tr>${cell(`${'W'.repeat(150)} ${text} ${'W'.repeat(150)}`).repeat(30)}</tr></tbody></table>`,
      ]) {
        const files = new Map([['report.pdf', reportPdf(`${body}\n`)]])
        expect((await refusal({ ...whole, files })).message).toContain('leak gate: report.pdf (texts): ')
      }
    const besides = Buffer.concat([whole.files.get('report.pdf')!, Buffer.from(`% ${id}\n`)])
    await expect(pass({ ...whole, files: new Map([['report.pdf', besides]]) })).rejects.toThrow(
      'leak gate: report.pdf: ',
    )
  })

  it('behind thousands of others in the same file that are there by chance', async () => {
    const searched = indexOf([idOf(1), id])
    const bytes = Buffer.from(`${`${idOf(1)}\n`.repeat(3000)}${id}\n`)
    const { hits, counts } = await searchViews(
      prepareViews(() => [{ path: 'custody.csv', bytes }], 'once'),
      searched,
      formNames,
    )
    const [chance, real] = [idOf(1), id].map((text) => searched.ordinalOf('decimal', text))
    expect([counts.get(chance!), counts.get(real!)]).toEqual([3000, 1])
    expect(hits.find(({ ordinal }) => ordinal === real)).toMatchObject({ path: 'custody.csv', record: 3001 })
    expect(hits.length).toBeLessThanOrEqual(1001)
  })

  it('in a payload, at its place there, and in an envelope that only looks like another one', async () => {
    const whole = unsealed()
    const path = 'attestations/000001.dsse.json'
    const { payload, ...envelope } = parseEnvelope(whole.files.get(path)!)
    const changed = Buffer.from(Buffer.from(payload).toString().replace('"Example Pte"', `"${id}"`))
    const files = new Map(whole.files).set(path, formatEnvelope({ ...envelope, payload: changed }))
    const offset = changed.indexOf(id)
    expect((await refusal({ ...whole, files })).message).toContain(`${path} (payload): record 1, offset ${offset}: `)
    const named = new Map(whole.files).set(path, formatEnvelope({ ...envelope, payload, keyid: `SHA256:${id}` }))
    expect((await refusal({ ...whole, files: named })).message).toContain(`${path} (keyid): record 1, offset 7: `)
    const further = [{ keyid: `SHA256:${id}`, signature: envelope.signature }]
    const signed = new Map(whole.files).set(path, formatEnvelope({ ...envelope, payload, further }))
    expect((await refusal({ ...whole, files: signed })).message).toContain(`${path} (keyid): record 1, offset 7: `)
    const counted = Buffer.from(`{"predicate":{"bytes":${id}}}`)
    const unread = new Map(whole.files).set(path, formatEnvelope({ ...envelope, payload: counted }))
    expect((await refusal({ ...whole, files: unread })).message).toContain(`${path} (payload): record 1, offset 22: `)
  })

  it('in the name of a log, and of who else signed its checkpoint', async () => {
    const whole = unsealed()
    const path = 'log/checkpoint'
    const note = textIn(whole.files, path)
    const [origin] = note.split('\n')
    const others = [
      note.replaceAll(origin!, `odv.example/${id}`),
      note + note.slice(note.lastIndexOf('—')).replace(origin!, id),
    ]
    for (const other of others) {
      const files = new Map(whole.files).set(path, Buffer.from(other))
      expect((await refusal({ ...whole, files })).message).toContain(`${path} (name of the log): record 1, offset `)
    }
  })

  it('names the line of a document', async () => {
    const whole = unsealed(ofStore({ custodian: id }))
    const lines = textIn(whole.files, 'attestations/000002.document.json').split('\n')
    const { message } = await refusal({
      ...whole,
      files: new Map([...whole.files].filter(([path]) => /000005.*report/.test(path))),
    })
    const report = textIn(whole.files, 'attestations/000005.store-report.json')
    expect(lines.length).toBeGreaterThan(5)
    expect(message).toContain(
      `attestations/000005.store-report.json: record ${report.slice(0, report.indexOf(id)).split('\n').length}, offset ${report.indexOf(id)}: `,
    )
  })
})

/** Everything that is written in digits in a bundle, also in payloads. */
function digitsIn(files: Files): string[] {
  const texts = [...files].flatMap(([path, body]) => [
    Buffer.from(body).toString('latin1'),
    path,
    /\.dsse\.json$/.test(path) ? Buffer.from(parseEnvelope(body).payload).toString('latin1') : '',
  ])
  return texts.flatMap((text) => [...text.matchAll(/\d{3,18}/g)].map(([run]) => run))
}

describe('what only looks like an identifier does not stop it', () => {
  const runId = 'run-20261123-180000-12ab34'
  const large = (n: number) => ({ versions: n, bytes: 123_456_789 + n })
  const coverage = {
    ...cleanCoverage,
    inventory: { ...cleanCoverage.inventory, ...large(345_678_912) },
    clean: large(345_678_900),
    unverified: [{ reason: 'limit' as const, ...large(12) }],
    bytesRead: 987_654_321,
    decodedBytes: 1_987_654_321,
    records: 876_543_210,
  }
  const bundle = unsealed({
    runId,
    models: {
      sg: { passes: [foundCoverage, coverage] },
      ie: placedAt({
        field: 'users[234567890].#345678901.owner',
        column: 456_789_012,
        valueKind: 'stream',
        cell: 'C1234567',
      }),
    },
  })

  it('in a list of every number, digest and signature that the bundle holds', async () => {
    const given = new Set(['2024'])
    const chance = new Set(digitsIn(bundle.files).filter((run) => !given.has(run) && !/^0+$/.test(run)))
    expect(chance.size).toBeGreaterThan(250)
    const gate = await pass(bundle, indexOf(chance))
    expect(gate).toMatchObject({ hits: 0, scopes: [{ subjects: chance.size }] })
  })

  it('in a list of a hundred thousand numbers of nine digits', async () => {
    const random = Array.from({ length: 100_000 }, (_, n) => String(100_000_000 + ((n * 8_999) % 900_000_000)))
    expect((await pass(bundle, indexOf(random))).hits).toBe(0)
  })

  it('in a list of handles that are names of fields in a run that had nobody of these names in scope', async () => {
    const named = unsealed({ models: { ie: placedAt({ field: 'users[3].sales.team' }) } })
    await pass(named, indexOf(['users', 'sales', 'team', 'sales.team']))
  })

  it('in a list of handles that are words of our own', async () => {
    const words = ['verified', 'store', 'object', 'scan', 'found', 'clean', 'bytes', 'finding', 'encrypted', 'residual']
    words.push(
      'stream',
      'owner',
      'users',
      'content',
      'member',
      'percent',
      'base64',
      'field',
      'line',
      'c1234567',
      'email',
      'address',
    )
    expect((await pass(bundle, indexOf(words))).hits).toBe(0)
    // The same word where it is somebody's.
    await refusal(unsealed(ofStore({ custodian: 'Verified' })), indexOf(words))
  })
})

describe('the gate itself', () => {
  it('stops what it cannot search', async () => {
    const whole = unsealed()
    const files = new Map(whole.files).set('report.html', Buffer.of(0xff, 0xfe, 0x00))
    await expect(pass({ ...whole, files })).rejects.toThrow(GateBlind)
  })

  it('stops when its controls are not found', async () => {
    const parts = index.parts.map((part) => ({ ...part, confirm: () => -1 }))
    const blind: SubjectIndex = { ...index, parts, ordinalOf: () => -1 }
    await expect(pass(unsealed(), blind)).rejects.toThrow(/^leak gate: controls: expected all \d+ to be detected, got/)
  })

  it('searches for each of several lists, in evidence and in files for people', async () => {
    const strangers = [indexOf([idOf(1), idOf(2)]), indexOf([uuidOf(3)])]
    const whole = unsealed()
    expect((await pass(whole, ...strangers, index)).scopes.map(({ subjects }) => subjects)).toEqual([2, 1, 3])
    const given = unsealed(ofStore({ custodian: id }))
    const shown = new Map(whole.files).set('stores.csv', Buffer.from(`${textIn(whole.files, 'stores.csv')}x,${id}\r\n`))
    for (const bundle of [given, { ...whole, files: shown }])
      expect((await refusal(bundle, strangers[0]!, index)).message).toBe((await refusal(bundle)).message)
  })

  it('stops when the controls of one of several lists are not found', async () => {
    const parts = index.parts.map((part) => ({ ...part, confirm: () => -1 }))
    const blind: SubjectIndex = { ...index, parts, ordinalOf: () => -1 }
    await expect(pass(unsealed(), indexOf([idOf(1)]), blind)).rejects.toThrow(
      /^leak gate: controls: expected all \d+ to/,
    )
  })

  it('says what it covered, for whom, with which controls, and that nothing was found', async () => {
    const whole = unsealed()
    const gate = await pass(whole)
    expect(gate).toMatchObject({
      covered: { files: whole.files.size },
      scopes: [{ manifestSha256: 'a'.repeat(64), subjects: 3, runs: ['run-1'] }],
      runsWithoutScope: [],
      hits: 0,
    })
    // Nobody is found in fields of fixed width.
    expect(gate.forms).toEqual(defaultForms.filter((form) => form !== 'fixed-width'))
    expect(gate.scopes[0]!.detected).toBe(gate.scopes[0]!.planted)
    expect(gate.scopes[0]!.planted).toBeGreaterThan(100)
    const sealed = withManifest(new Map(whole.files).set(bundlePaths.leakGate, formatGateDocument(gate)))
    expect(verifyBundle(sealed).checks.find(({ name }) => name === 'leak-gate')).toEqual({
      name: 'leak-gate',
      count: whole.files.size,
    })
  })
})
