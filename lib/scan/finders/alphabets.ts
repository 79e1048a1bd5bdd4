/**
 * The alphabets of identifiers (`lib/manifest/identifier.ts`) as tables by byte: 1 belongs, 0 does not. Bytes from 0x80
 * belong to none, nor does `\`. A run that begins with the end of an escape (`\n`, `%22`: see `escapes.ts`) is tried both
 * as text and without the escape.
 */
export type Alphabet = Uint8Array

const digitText = '0123456789'
const lowerText = 'abcdefghijklmnopqrstuvwxyz'
const wordText = `${digitText}${lowerText}${lowerText.toUpperCase()}`
const specialText = "!#$&'*/=?^`{|}~"

export const digits = tableOf(digitText)
export const hexDigits = tableOf(`${digitText}abcdefABCDEF`)
export const alphanumeric = tableOf(wordText)
export const handleCharacters = tableOf(`${wordText}_`)
/** Of base64 in either alphabet (RFC 4648, sections 4 and 5). */
export const code64 = tableOf(`${wordText}+/-_`)
export const dottedCharacters = tableOf(`${wordText}_.-`)
/** Sentence and list punctuation that does not belong to a dotted identifier or a domain when it is at its end. */
export const trimmedCharacters = tableOf('.-')
export const domainCharacters = tableOf(`${wordText}.-`)
export const localCharacters = tableOf(`${wordText}_.%+-${specialText}`)
/** Characters of a local part that may as well be the quoting of what is around the address, or its separator (`COM+bob@x.org` of EDIFACT). */
export const localSpecials = tableOf(`${specialText}+`)
/** Characters of a local part that escapes begin with. */
export const localEscapeSigns = tableOf('%#^')
/** Characters that a local part does not begin with. */
export const localTrimmed = tableOf('.%+-')

/** What each byte becomes: itself, or the lower-case letter. */
export const asIs: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => byte)
export const lowerCased: Uint8Array = asIs.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte))

/** A table of these ASCII characters. */
export function tableOf(characters: string): Alphabet {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}

const lengthTables = new WeakMap<readonly number[], Uint8Array>()

/** A table by length: 1 for the lengths given. It is made once for each list of them. */
export function lengthTable(lengths: readonly number[]): Uint8Array {
  let table = lengthTables.get(lengths)
  if (table === undefined) {
    table = new Uint8Array(256)
    for (const length of lengths) table[length] = 1
    lengthTables.set(lengths, table)
  }
  return table
}

/**
 * What may follow an address or a name with a point and is no part of it: names of files, and what is put behind addresses that nobody shall
 * write to. Some end domains as well (`md`, `mov`, `pub`, `zip`): `bob@x.org.md` then counts for `bob@x.org`, too, which is too much and never too little.
 */
export const suffixes: ReadonlySet<string> = new Set(
  (
    '7z asc avi avro backup bak bin bmp bson bz2 cer cfg conf crt csr csv dat db der dmp doc docx dump eml enc err export gif gpg gz heic heif ' +
    'html htm ics invalid ini jpeg jpg js json json5 jsonl key ldif lock log lz4 lzma m4a mbox md mkv mov mp3 mp4 msg ndjson odt ogg old orc orig out ' +
    'ovpn p12 p7b p7m p7s parquet pcap pdf pem pfx pgp php png ppt pptx prop ps pst pub py rar rdb rtf sandbox service sig socket sqlite sql svg swp tar tbz tbz2 tgz ' +
    'tif tiff timer tmp toml tsv txt txz vcard vcf wav webm webp xls xlsx xml xz yaml yml z zip zst'
  ).split(' '),
)
export const longestSuffix = Math.max(...[...suffixes].map(({ length }) => length))
