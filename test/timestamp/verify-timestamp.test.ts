import { hash, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { OdvError } from '../../lib/errors.ts'
import { type Certificate, certificateFingerprint, parseCertificates } from '../../lib/timestamp/certificate.ts'
import { encodeDer, encodeOid, tags } from '../../lib/timestamp/der.ts'
import { formatQuery, formatResponse, nonceOf, parseResponse, tokenIn } from '../../lib/timestamp/query.ts'
import { verifyTimestamp } from '../../lib/timestamp/verify-timestamp.ts'
import { type TimestampAuthority, timestampAuthority, withoutOpenssl } from '../support/timestamp-authority.ts'

const bytes = Buffer.from('odv.example/deletion-log/00112233\n3\nroot\n\n— signature\n')
const nonce = nonceOf(randomBytes(8))
const query = formatQuery({ sha256: hash('sha256', bytes, 'buffer'), nonce })
let authority: TimestampAuthority
let pinned: Certificate[]
let answer: Uint8Array
let response: Uint8Array
beforeAll(() => {
  authority = timestampAuthority()
  pinned = parseCertificates(authority.certificate('root'))
  answer = authority.answer(query)
  response = formatResponse(tokenIn(answer))
})

type Said = { time?: string; imprint?: Uint8Array; more?: Uint8Array[] }
/** Within the validity of all certificates here. */
const at = Math.floor(Date.now() / 1000) * 1000 + 3_600_000
const inDer = (time: number) => new Date(time).toISOString().slice(0, 19).replace(/[-T:]/g, '')
const sha256Oid = '2.16.840.1.101.3.4.2.1'
/** What an authority says, as it could be told to say it. */
function infoOf({ time = `${inDer(at)}Z`, imprint = hash('sha256', bytes, 'buffer'), more = [] }: Said = {}) {
  const algorithm = encodeDer(tags.sequence, encodeOid(sha256Oid), encodeDer(tags.null))
  return encodeDer(
    tags.sequence,
    encodeDer(tags.integer, Uint8Array.of(1)),
    encodeOid('1.2.3.4.1'),
    encodeDer(tags.sequence, algorithm, encodeDer(tags.octetString, imprint)),
    encodeDer(tags.integer, Uint8Array.of(7)),
    encodeDer(tags.generalizedTime, Buffer.from(time)),
    ...more,
  )
}

/** In words, why a response is refused. */
function refusal(given: Uint8Array, options: Partial<Parameters<typeof verifyTimestamp>[1]> = {}): string {
  try {
    verifyTimestamp(given, { bytes, pinned, ...options })
    return 'accepted'
  } catch (error) {
    if (!(error instanceof OdvError)) throw error
    return error.message
  }
}

describe.skipIf(withoutOpenssl)('a timestamp by OpenSSL', () => {
  it('holds, says when, and by whom', () => {
    const { time, authority: by, signerSha256 } = verifyTimestamp(response, { bytes, pinned, nonce })
    expect(Math.abs(time - Date.now())).toBeLessThan(600_000)
    expect(by).toBe(pinned[0])
    expect(signerSha256).toBe(certificateFingerprint(parseCertificates(authority.certificate('signer'))[0]!))
  })

  it('as we keep it, OpenSSL accepts it for these bytes and no others', () => {
    expect(authority.accepts(response, bytes)).toBe(true)
    expect(authority.accepts(response, Buffer.from('other'))).toBe(false)
    expect(formatResponse(parseResponse(response))).toEqual(response)
  })

  it('holds with RSA, through certificates in between, and with each certificate of the chain pinned', () => {
    const issuing = (length: number) => [`basicConstraints=critical,CA:TRUE,pathlen:${length}`]
    const chain = [
      [...issuing(1), 'extendedKeyUsage=anyExtendedKeyUsage'],
      [...issuing(0), 'extendedKeyUsage=codeSigning,timeStamping'],
    ]
    const long = timestampAuthority({ key: 'rsa', chain })
    const given = formatResponse(tokenIn(long.answer(query)))
    for (const file of ['root', 'middle-0', 'middle-1', 'signer']) {
      const own = parseCertificates(long.certificate(file))
      expect(verifyTimestamp(given, { bytes, pinned: own, nonce }).authority).toBe(own[0])
    }
    expect(long.accepts(given, bytes)).toBe(true)
  })

  it('is refused for other bytes, another nonce and another authority', () => {
    expect(refusal(response, { bytes: Buffer.from('other') })).toContain('imprint')
    expect(refusal(response, { nonce: nonceOf(randomBytes(8)) })).toContain('nonce')
    const other = parseCertificates(timestampAuthority().certificate('root'))
    expect(refusal(response, { pinned: other })).toContain('signature')
    const stranger = parseCertificates(timestampAuthority({ name: 'stranger' }).certificate('root'))
    expect(refusal(response, { pinned: stranger })).toContain('follows from a pinned one')
    expect(refusal(response, { pinned: [] })).toContain('follows from a pinned one')
  })

  it.each([
    { what: 'a short key', given: { key: 'short rsa' as const }, says: 'key: expected RSA' },
    { what: 'a key on another curve', given: { key: 'another curve' as const }, says: 'key: expected RSA' },
    { what: 'a key that may encrypt as well', given: { usage: 'digitalSignature,keyAgreement' }, says: 'key usage' },
  ])('is refused by $what', ({ given, says }) => {
    const made = timestampAuthority(given)
    const response = made.sign(infoOf())
    for (const file of ['root', 'signer'])
      expect(refusal(response, { pinned: parseCertificates(made.certificate(file)) })).toContain(says)
  })

  it('is refused with another certificate of its signer than the one whose digest it names', () => {
    const made = timestampAuthority({ key: 'rsa' })
    const own = parseCertificates(made.certificate('signer'))[0]!
    const [serial] = /[0-9A-F]+$/m.exec(String(made.openssl('x509', '-in', 'signer.pem', '-noout', '-serial')))!
    made.openssl(
      ...['req', '-x509', '-key', 'signer.key', '-out', 'again.pem', '-set_serial', `0x${serial}`, '-days', '3651'],
      ...['-subj', '/O=Example/CN=authority signer', '-CA', 'root.pem', '-CAkey', 'root.key'],
      ...[
        'basicConstraints=CA:FALSE',
        'keyUsage=critical,digitalSignature',
        'extendedKeyUsage=critical,timeStamping',
      ].flatMap((extension) => ['-addext', extension]),
    )
    const again = parseCertificates(made.certificate('again'))[0]!
    const given = Buffer.from(formatResponse(tokenIn(made.answer(query))))
    expect(again.der.length).toBe(own.der.length)
    Buffer.from(again.der).copy(given, given.indexOf(own.der))
    expect(refusal(given, { pinned: parseCertificates(made.certificate('root')) })).toContain('whose digest is signed')
  })

  it('is refused with any bit flipped', () => {
    const changed = new Uint8Array(response)
    for (let bit = 0; bit < 8 * response.length; bit++) {
      changed[bit >> 3]! ^= 1 << (bit & 7)
      if (refusal(changed) === 'accepted') expect.unreachable(`bit ${bit} does not count`)
      changed[bit >> 3]! ^= 1 << (bit & 7)
    }
  })

  it('is refused when it is cut off anywhere, or followed by anything', () => {
    for (let length = 0; length < response.length; length++)
      expect(refusal(response.subarray(0, length))).not.toBe('accepted')
    expect(refusal(Buffer.concat([response, Uint8Array.of(0)]))).toContain('expected an end')
  })
})

describe.skipIf(withoutOpenssl)('certificates in between', () => {
  const issuing = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign']
  const cases = [
    { what: 'one that issues no certificates', chain: [['basicConstraints=critical,CA:FALSE']], says: 'issuer' },
    {
      what: 'one whose key signs no certificates',
      chain: [[issuing[0]!, 'keyUsage=critical,cRLSign']],
      says: 'issuer',
    },
    { what: 'one more than may follow', chain: [['basicConstraints=critical,CA:TRUE,pathlen:0'], []], says: 'issuer' },
    {
      what: 'one with a critical extension that nobody knows',
      chain: [[...issuing, '1.2.3.4=critical,DER:0500']],
      says: 'extension',
    },
  ]
  it.each(cases)('are refused by OpenSSL and by us: $what', ({ chain, says }) => {
    const made = timestampAuthority({ chain })
    const given = formatResponse(tokenIn(made.answer(query)))
    expect(made.accepts(given, bytes)).toBe(false)
    expect(refusal(given, { pinned: parseCertificates(made.certificate('root')) })).toContain(says)
    // Who pins the signer’s own needs none of the others.
    expect(refusal(given, { pinned: parseCertificates(made.certificate('signer')) })).toBe('accepted')
  })

  it('are not tried for ever where many issue each other', () => {
    const made = timestampAuthority()
    const others = Array.from({ length: 12 }, () => {
      const extensions = issuing.flatMap((extension) => ['-addext', extension])
      const given = ['req', '-x509', '-key', 'root.key', '-days', '3650', '-subj', '/O=Example/CN=authority root']
      return parseCertificates(String(made.openssl(...given, ...extensions)))[0]!
    })
    const given = formatResponse(tokenIn(made.answer(query)))
    const stranger = parseCertificates(timestampAuthority({ name: 'stranger' }).certificate('root'))
    expect(refusal(given, { pinned: stranger, others })).toContain('follows from a pinned one')
    // One of them that is pinned is found first.
    expect(verifyTimestamp(given, { bytes, pinned: [others[11]!], others }).authority).toBe(others[11])
  })

  it('are refused by us alone where they are for other purposes', () => {
    const made = timestampAuthority({ chain: [[...issuing, 'extendedKeyUsage=codeSigning']] })
    const given = formatResponse(tokenIn(made.answer(query)))
    expect(refusal(given, { pinned: parseCertificates(made.certificate('root')) })).toContain('issue for timestamps')
  })
})

describe.skipIf(withoutOpenssl)('what an authority answers', () => {
  it('counts only if it is granted as it was asked for', () => {
    const said = (...status: number[]) => {
      const number = encodeDer(tags.sequence, encodeDer(tags.integer, Uint8Array.from(status)))
      return encodeDer(tags.sequence, number, tokenIn(answer))
    }
    expect(tokenIn(said(0))).toEqual(tokenIn(answer))
    expect(() => tokenIn(said(1))).toThrow('expected granted, got granted with changes')
    expect(() => tokenIn(said(2))).toThrow('expected granted, got rejected')
    expect(() => tokenIn(said(9))).toThrow('expected granted, got number 9')
    expect(() => parseResponse(said(1))).toThrow('status')
  })

  it('is refused when OpenSSL rejects the query', () => {
    const sha1 = encodeDer(tags.sequence, encodeOid('1.3.14.3.2.26'), encodeDer(tags.null))
    const bad = encodeDer(
      tags.sequence,
      encodeDer(tags.integer, Uint8Array.of(1)),
      encodeDer(tags.sequence, sha1, encodeDer(tags.octetString, new Uint8Array(20))),
    )
    expect(() => tokenIn(authority.answer(bad))).toThrow('expected granted, got rejected')
  })

  it('is a query that OpenSSL reads as we mean it', () => {
    const text = String(authority.openssl('ts', '-query', '-in', 'query.tsq', '-text'))
    expect(text).toContain('Hash Algorithm: sha1')
    authority.answer(query)
    const own = String(authority.openssl('ts', '-query', '-in', 'query.tsq', '-text'))
    expect(own).toContain('Hash Algorithm: sha256')
    expect(own).toContain(`Nonce: 0x${Buffer.from(nonce).toString('hex').toUpperCase()}`)
    expect(own).toContain('Certificate required: yes')
  })
})

describe.skipIf(withoutOpenssl)('a lying authority', () => {
  it('is believed when it says what it should, which is what the following cases change', () => {
    const honest = authority.sign(infoOf())
    expect(verifyTimestamp(honest, { bytes, pinned }).time).toBe(at)
    const finer = authority.sign(infoOf({ time: `${inDer(at)}.1239Z` }))
    expect(verifyTimestamp(finer, { bytes, pinned }).time).toBe(at + 123)
  })

  const cases: { what: string; given: () => Uint8Array; says: string }[] = [
    {
      what: 'that names a time before its certificate was valid',
      given: () => authority.sign(infoOf({ time: '20010101000000Z' })),
      says: 'validity',
    },
    {
      what: 'that names a time when its certificate has expired',
      given: () => authority.sign(infoOf({ time: '20990101000000Z' })),
      says: 'validity',
    },
    {
      what: 'that names no time that there is',
      given: () => authority.sign(infoOf({ time: '20260231000000Z' })),
      says: 'time',
    },
    {
      what: 'that names a local time',
      given: () => authority.sign(infoOf({ time: '20261126210240+0100' })),
      says: 'time',
    },
    {
      what: 'that saw another digest',
      given: () => authority.sign(infoOf({ imprint: hash('sha256', 'other', 'buffer') })),
      says: 'imprint',
    },
    {
      what: 'that adds an extension',
      given: () => authority.sign(infoOf({ more: [encodeDer(0xa1, encodeDer(tags.sequence))] })),
      says: 'expected an end',
    },
    {
      what: 'that brings no certificate',
      given: () => authority.sign(infoOf(), { brings: false }),
      says: 'certificates',
    },
    {
      what: 'that signs another kind of content',
      given: () => authority.sign(infoOf(), { type: '1.2.840.113549.1.9.16.1.2' }),
      says: 'content',
    },
    {
      what: 'that names its certificate in no digest',
      given: () => authority.sign(infoOf(), { names: false }),
      says: 'ESSCertIDv2',
    },
    {
      what: 'that signs with SHA-1',
      given: () => authority.sign(infoOf(), { digest: 'sha1' }),
      says: 'expected SHA-256',
    },
    { what: 'whose certificate is for no purpose', given: () => ofPurpose('none'), says: 'purpose' },
    { what: 'whose certificate is for several purposes', given: () => ofPurpose('several'), says: 'purpose' },
    { what: 'whose purpose is not critical', given: () => ofPurpose('not critical'), says: 'purpose' },
  ]
  const pinnedOf = new WeakMap<Uint8Array, ReturnType<typeof parseCertificates>>()
  const ofPurpose = (purpose: 'none' | 'several' | 'not critical') => {
    const made = timestampAuthority({ purpose })
    const given = made.sign(infoOf())
    pinnedOf.set(given, parseCertificates(made.certificate('root')))
    return given
  }

  it.each(cases)('$what is refused', ({ given, says }) => {
    const response = given()
    expect(refusal(response, { pinned: pinnedOf.get(response) ?? pinned })).toContain(says)
  })
})
