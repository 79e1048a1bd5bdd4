import { describe, expect, test } from 'vitest'
import { encodedProblemIn as problemIn } from './encoded-problem.ts'

/** What these programs wrote of `bob_smith1985` or an address; of the others, what they document. */
const written: { by: string; record: string }[] = [
  {
    by: 'SJCL 1.0.8',
    record:
      '{"iv":"DANU+FkpLvRuB0x5h+IYuw==","v":1,"iter":10000,"ks":128,"ts":64,"mode":"ccm","adata":"","cipher":"aes","salt":"PG0OFR1nPDI=","ct":"jfkScFZ55+4vXV2cUxT+UWDHL6FI"}',
  },
  {
    by: 'jose 6, JWE in JSON',
    record:
      '{"ciphertext":"I8juiSgfQ1woukOZcw","iv":"47wW57cr59DQiN1A","tag":"iO2tk_79uIXSKyTuZd7pJg","protected":"eyJlbmMiOiJBMjU2R0NNIn0"}',
  },
  {
    by: 'dynamodb-encryption-sdk 3.3.0 of Python',
    record:
      '{"Item": {"id": {"S": "7"}, "email": {"B": "qPOZcDQD/siexN+6PeX3tJQ4tyLNt0uHbNVlF2nHj9HPoCuMmr13aA+EAyjXR5mn"}, "*amzn-ddb-map-sig*": {"B": "RJ34PEP8M7+JxbKQSpuhfpH/hlHZxJwPGj97jZtspNvt"}}}',
  },
  { by: 'the AWS Database Encryption SDK', record: '{"Item":{"aws_dbe_head":{"B":"AQHCBFuF"},"n":{"B":"AAGmC1M0"}}}' },
  {
    by: 'Active Record Encryption of Rails',
    record: '{"p":"n7J0/ol+a7DRMeaE","h":{"iv":"DXZMDWUKfp3bg/Yu","at":"X1/YjMHbHD4talgF9dt61A=="}}',
  },
  {
    by: 'mongoexport, where a client encrypts',
    record:
      '{"_id":1,"name":{"$binary":{"base64":"AWJlPRDcaUQvrGqaXZfVrKECL9xQ0G0gXyqfmvbhDxoRDZ0jE7CJBAXF","subType":"06"}}}',
  },
  { by: 'Chef', record: '{"email":{"encrypted_data": "fs0jGvTm1nHWqSXiTv0p1w==\\n","version":1}}' },
  {
    by: 'XML Encryption',
    record: '<xenc:CipherData><xenc:CipherValue>\n  jfkScFZ55+4vXV2c=</xenc:CipherValue></xenc:CipherData>',
  },
]

/** Names of members as programs have them. */
const names = [
  'iv',
  'ciphertext',
  'Ciphertext',
  'cipherText',
  'ciphertextBlob',
  'CiphertextBlob',
  'ciphertext_blob',
].concat(
  ['encrypted', 'Encrypted'],
  ['data', 'value', 'text', 'body', 'content', 'payload'].flatMap((end) => {
    const capital = end.charAt(0).toUpperCase() + end.slice(1)
    return [`encrypted_${end}`, `encrypted${end}`, `encrypted${capital}`, `Encrypted${capital}`]
  }),
)

describe('what says by a name that it is encrypted', () => {
  test.each(names)('%s before base64 or hexadecimal digits', (name) => {
    const values = [
      'fs0jGvTm1nHWqSXiTv0p1w==',
      'a+/_-bcdefghijklmnopq',
      'q/fsjgvtmnhwqsxitvp',
      '5f1e2d3c4b5a69788796a5b4c3d2e1f0',
    ]
    for (const value of values)
      for (const text of [`{"${name}":"${value}"}`, `{ "${name}" : "${value}" }`, `[{\\"${name}\\":\\"${value}\\"}]`])
        expect([text, problemIn(`${text}\n`, 1e6)?.reason]).toEqual([text, 'encrypted'])
  })

  test.each([
    '{"Item":{"*amzn-ddb-map-desc*":{"B":"AAAAAAAAABBhbXpu"}}}',
    '{"Item":{"aws_dbe_foot":{"B":"AQHCBFuF"}}}',
    '{"$binary":{"base64":"AWJlPRDcaUQvrGqaXZfVrKECL9xQ0G0g+/==","subType":"6"}}',
    '{ "$binary" : { "base64" : "AWJlPRDcaUQvrGqaXZfVrKECL9xQ0G0=" , "subType" : "06" } }',
    '<CipherValue>+/fsjgvt</CipherValue>',
    '<a:CipherValue>5f1e2d3c</a:CipherValue>',
  ])('%s', (text) => expect(problemIn(`${text}\n`, 1e6)?.reason).toBe('encrypted'))

  test.each(written)('is not clean where it is short: $by', ({ record }) => {
    const quoted = JSON.stringify(record)
    const spellings = record.startsWith('<')
      ? [record]
      : [record, quoted, JSON.stringify(quoted), `7,"${record.replaceAll('"', '""')}",x`]
    for (const text of spellings)
      for (const before of ['', 'id,name,at\n', 'some words, '.repeat(1000)])
        for (const length of before.length > 100 ? [1e6, 97] : [1e6, 100, 33, 7, 1])
          expect([text, length, problemIn(`${before}${text}\n`, length)?.reason]).toEqual([text, length, 'encrypted'])
  })

  test('is found in samples behind the first 16 KiB, since all records have it', () => {
    const record = `${written[4]!.record}\n`
    const words = (length: number) => `${'some words, '.repeat(Math.ceil(length / 12)).slice(0, length - 1)}\n`
    for (const place of [2 ** 14 - 60, 2 ** 18 + 1, 3 * 2 ** 18 + 1900])
      for (const length of [1e7, 2 ** 16, 97])
        expect(problemIn(words(place) + record + words(5000), length)?.reason).toBe('encrypted')
    expect(problemIn(words(2 ** 18 - 40) + record.repeat(100), 2 ** 16)?.reason).toBe('encrypted')
  })

  test.each([
    '{"iv":0.2345678901234567,"delta":"0.5"}',
    '{"iv":"0.2345678901234567"}',
    '{"iv":"internationalization"}',
    'an initialisation vector, "iv", and ciphertext: NoSpaceHereAtAll0123456789',
    '{"encrypted":true,"encrypted_password":"$2a$12$abcdefghijklmnopqrstuv"}',
    '{"encryptedAt":"2026-01-05T00:00:00Z","encrypted_by":"AES256AES256AES256"}',
    '{"code":"A17","subType":"06"}',
    '{"$binary":{"base64":"AWJlPRDcaUQvrGqaXZfVrKECL9xQ0G0g","subType":"00"}}',
    'def aws_dbe_head(item): return item',
    '<CipherValue></CipherValue>',
  ])('no other text says so: %s', (text) => {
    expect(problemIn(text)).toBeUndefined()
  })
})
