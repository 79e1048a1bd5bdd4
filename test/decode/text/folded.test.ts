import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { zipSample } from '../../../lib/scan/controls/samples/zip-sample.ts'
import { collect, inPieces, readText, textsOf } from '../collect.ts'

describe('text of folded lines', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '1', '@', '.', ':', ';', ' ', 'é'), minLength: 1, maxLength: 40 })
  const line = word.filter((text) => !/^\s/.test(text) && !text.includes('::'))

  test('is delivered as it is, and each folded line as it was before, wherever it and the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ line, cuts: fc.array(fc.nat(40), { maxLength: 3 }), blank: fc.constantFrom(' ', '\t') })),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(
          'BEGIN:VCARD',
          'BEGIN:VCALENDAR',
          'dn: cn=x',
          'version: 1\ndn: cn=x',
          '# of today\n\ndn:: eA',
          'Manifest-Version: 1.0',
          'Signature-Version: 1.0',
        ),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 }),
        async (lines, end, head, lengths) => {
          const written = lines.map(({ line, cuts, blank }) =>
            Array.from(line, (unit, at) => (cuts.includes(at) ? `${end}${blank}${unit}` : unit)).join(''),
          )
          const text = `${head}${end}${written.map((each) => `X${each}${end}`).join('')}`
          const { gaps, texts } = await readText(text, lengths)
          const whole = lines.filter((_, at) => written[at]!.includes(end)).map(({ line }) => `X${line}\n`)
          expect(texts.folded).toBe(text)
          expect(texts['folded/unfolded']?.split('\n').filter((each) => each !== 'x') ?? ['']).toEqual([
            ...whole.join('').split('\n'),
          ])
          expect(gaps).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })

  test('of LDIF gives the texts that are in base64, and leaves other bytes to who looks for them', async () => {
    const values = [Buffer.from('bob_w77'), Buffer.from([1, 2, 3])].map((value) => value.toString('base64'))
    const { texts, gaps } = await readText(`dn: cn=x\nuid:: ${values[0]}\nobjectSid:: ${values[1]}\n`)
    expect(texts['folded/unfolded']).toBe('bob_w77\n')
    expect(gaps).toEqual([])
  })

  test('begins behind comments of any length, blanks and records of other kinds as well', async () => {
    for (const head of [
      'BEGIN:VCARD ',
      'include: file:///x\n\ndn: x',
      `${'# comment of a licence\n'.repeat(40)}dn: x`,
      'version:1 # x\ndn: x',
    ])
      expect((await readText(`${head}\nmail: jane.d\n oe@x.org\n`)).texts['folded/unfolded'], head).toContain(
        'jane.doe@x.org',
      )
  })

  const banners = {
    'what ldapsearch says of SASL': 'SASL/EXTERNAL authentication started\nSASL username: cn=x\nSASL SSF: 0\n',
    'what ldapsearch says with -v': 'ldap_initialize( ldap://h/??base )\nfilter: (uid=*)\nrequesting: All\n',
    'what 389 Directory Server audits':
      '389-Directory/1.4.3 B2020.072\r\nh:389 (/etc/x)\r\n\r\ntime: 20200303110513\r\n',
    'a warning of slapcat': '65a1f0c2 The first database does not allow slapcat; using the first available one (2)\n',
  }
  for (const [what, banner] of Object.entries(banners))
    test(`begins behind ${what}, however it is cut`, async () => {
      for (const begin of ['dn: cn=x', 'dn:: eA', '# extended LDIF\n#\n# LDAPv3']) {
        const text = `${banner}${begin}\nmail: jane.d\n oe@x.org\n`
        for (let at = 1; at < text.length; at++) {
          const { texts, gaps } = await readText(text, [at, text.length])
          expect([texts.folded, gaps]).toEqual([text, []])
          expect(texts['folded/unfolded']).toContain('mail: jane.doe@x.org\n')
        }
      }
    })

  test('is unfolded in manifests and signatures of JARs, also within these, however it is cut', async () => {
    const manifest = 'Manifest-Version: 1.0\r\nBuilt-By: jane.d\r\n oe@x.org\r\n\r\n'
    const signature = 'Signature-Version: 1.0\nX: jane.d\n oe@x.org\n'
    for (const text of [manifest, signature])
      for (let at = 1; at < text.length; at++)
        expect((await readText(text, [at, text.length])).texts['folded/unfolded']).toContain(': jane.doe@x.org\n')
    const { reading, contents } = await collect(inPieces(zipSample(zipSample(Buffer.from(manifest))), [50]))
    const texts = textsOf(contents)
    expect(texts['zip/member-1/zip/member-1/folded']).toBe(manifest)
    expect(texts['zip/member-1/zip/member-1/folded/unfolded']).toBe('Built-By: jane.doe@x.org\n')
    expect(reading.gaps).toEqual([])
  })

  test('is looked for behind other lines only in what is no other format, and hides none that is known', async () => {
    const mail = 'From: a@x.org\nSubject: x\nContent-Transfer-Encoding: base64\n\n'
    const sent = `${mail}${Buffer.from('dn: cn=x\n').toString('base64')}\n\ndn: cn=x\n`
    expect(Object.keys((await readText(sent)).texts)).toContain('mail')
    expect((await readText('%!PS\ndn: cn=x\n')).gaps).toEqual(['unsupported-format'])
    expect((await readText('a\ndn: \0\n')).gaps).toEqual(['not-text'])
  })

  test('has the gaps of plain text', async () => {
    const hidden = gzipSync('bob_smith77 and a few words more').toString('base64').replace(/=+$/, '')
    expect((await readText(`BEGIN:VCARD\nX:${hidden}\n`)).gaps).toEqual(['unsupported-format'])
    expect((await readText('BEGIN:VCARD\nX:\0\n')).gaps).toEqual(['not-text'])
    expect((await readText(`BEGIN:VCARD\nX:a\n ${hidden.slice(0, 30)}\n ${hidden.slice(30)}\n`)).gaps).toContain(
      'unsupported-format',
    )
  })

  test('is none that only looks alike', async () => {
    for (const text of [
      'BEGIN: VCARD\n',
      'version: 1\nname: x\n',
      'dn\n',
      '# a\nb\n',
      'a\n dn: cn=x\n',
      'a\ndns: x\n',
      'Manifest-Versions: x\n',
      'a\n# LDIF\n',
    ])
      expect((await readText(text)).texts).toEqual({ '': text })
  })
})

describe('text with doubled signs', () => {
  test('is read with each two as one, however it is cut', async () => {
    const text = '@pv@ 0 @db.user@ @bob@ @bob@@x.org@ @@ @@@bob@@x.org@@@\n@pv@ 0 @db.have@ @bob@@x.org@\n'
    const [head, rest] = [text.slice(0, text.indexOf('\n') + 1), text.slice(text.indexOf('\n') + 1)]
    for (const lengths of [[1], [7], [1000]]) {
      const { texts, gaps } = await readText(text, lengths)
      expect(texts).toEqual({
        'doubled-at/head': head.replaceAll('@@', '@'),
        'doubled-at/text': rest.replaceAll('@@', '@'),
      })
      expect(gaps).toEqual([])
    }
  })
})
