import { type Mark, sampledMark } from './mark.ts'

/** Behind the name of a member of JSON, which may be a value of JSON, CSV or SQL itself: so many characters of base64 or hexadecimal digits, which are no word. */
const encodedValue = (characters: number) =>
  String.raw`\\*"{1,2}\s?:\s?\\*"{1,2}(?=[a-z_-]*[A-Z0-9+/])[A-Za-z0-9+/_-]{${characters}}`

const field = sampledMark('encrypted')

/**
 * Names of members, attributes and elements, and forms of values, that say of a short one that it is encrypted: base64 of less than 2,048 characters is taken for a token
 * otherwise. Where a record has one, all have it.
 */
export const encryptedFields: readonly Mark[] = [
  // Active Record Encryption of Rails (`{"p":"…","h":{"iv":"…","at":"…"}}`), SJCL, JWE in JSON, and what programs make of a cipher of their own.
  field('text that is encrypted behind an initialisation vector', '"iv', new RegExp(`^"iv${encodedValue(16)}`)),
  ...['iphertext', 'ipherText', 'ipher_text'].map((key) =>
    field('ciphertext', key, new RegExp(`^${key}(?:_?[bB]lob)?${encodedValue(12)}`), /[cC]$/),
  ),
  field(
    'encrypted data',
    'ncrypted',
    new RegExp(`^ncrypted(?:_?(?:[dD]ata|[vV]alue|[tT]ext|[bB]ody|[cC]ontent|[pP]ayload))?${encodedValue(12)}`),
    /[eE]$/,
  ),
  // Client-side field level encryption and Queryable Encryption of MongoDB in Extended JSON.
  field(
    'value that a client of MongoDB has encrypted',
    'subType',
    /^subType\\*"{1,2}\s?:\s?\\*"{1,2}0?6\\*"/,
    /[A-Za-z0-9+/]{16}={0,2}\\*"{1,2}\s?,\s?\\*"{1,2}$/,
  ),
  // The AWS Database Encryption SDK and its predecessor name them in each item.
  field('item that a client of DynamoDB has encrypted', 'aws_dbe_', /^aws_dbe_(?:head|foot)\\*"/),
  field('item that a client of DynamoDB has encrypted', 'amzn-ddb-map-', /^amzn-ddb-map-(?:desc|sig)\*/),
  // One block behind its salt (CryptoJS, `openssl enc -a`): more of them are told as any other base64 is.
  field('text that OpenSSL or CryptoJS has encrypted', 'U2FsdGVkX1', /^U2FsdGVkX1[89+/\\][A-Za-z0-9+/\\]{32,36}=/),
  // A text, its initialisation vector and its tag (AES-GCM).
  field('text that Rails has encrypted', '==', /^==/, /[A-Za-z0-9+/]{12}--[A-Za-z0-9+/]{22}$/),
  // XML Encryption, as SAML and SOAP have it.
  field('element of XML Encryption', 'CipherValue>', /^CipherValue>\s*[A-Za-z0-9+/]{8}/),
]
