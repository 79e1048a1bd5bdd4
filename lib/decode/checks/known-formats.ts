import { latin1 } from '../latin-1.ts'
import { isCountedTexts } from './counted-texts.ts'
import { isBareUuencode, isBencode, isOctetCounted, isPickle } from './glued-texts.ts'
import { neverText } from './never-text.ts'

/**
 * Formats that hide or split their content and are told apart by their first bytes. `weak`: text may begin like that
 * too, so the name only explains bytes that turn out not to be text.
 */
export type KnownFormat = { name: string; encrypted: boolean; weak: boolean }

/** How many bytes of a content decide what it is. */
export const headLength = 512

type Magic = KnownFormat & { at: number; bytes: Buffer }

const magic = (
  name: string,
  text: string,
  options: { at?: number; encrypted?: boolean; weak?: boolean } = {},
): Magic => ({
  name,
  bytes: Buffer.from(text, 'latin1'),
  at: options.at ?? 0,
  encrypted: options.encrypted ?? false,
  weak: options.weak ?? false,
})

/** Its lines end in words, and subfields begin with digits (`?20`, of MT940) or letters (`NTRF`) right before a text. */
const swift = 'SWIFT message'

const encrypted = { encrypted: true }
const weak = { weak: true }

const magics: readonly Magic[] = [
  magic('age', 'age-encryption.org/v1', encrypted),
  magic('age armour', '-----BEGIN AGE ENCRYPTED FILE-----', encrypted),
  magic('PGP armour', '-----BEGIN PGP MESSAGE-----', encrypted),
  magic('PGP', '\x85\x01\x0c\x03', encrypted),
  magic('PGP', '\x85\x02\x0c\x03', encrypted),
  magic('PGP', '\x84\x5e\x03', encrypted),
  magic('PGP', '\x8c\x0d\x04', encrypted),
  magic('OpenSSL enc', 'Salted__', encrypted),
  magic('OpenSSL enc in base64', 'U2FsdGVkX1', encrypted),
  magic('Ansible Vault', '$ANSIBLE_VAULT;', encrypted),
  magic('VimCrypt', 'VimCrypt~', encrypted),
  magic('LUKS', 'LUKS\xba\xbe', encrypted),
  magic('Parquet with an encrypted footer', 'PARE', { encrypted: true, weak: true }),
  magic('gzip with an unknown method', '\x1f\x8b'),
  magic('gzip in base64', 'H4sIA'),
  magic('gzip in base64', 'H4sIC'),
  magic('zstd in base64', 'KLUv/'),
  magic('uuencode', 'begin 6'),
  magic('bzip2', 'BZh', weak),
  magic('lzma', ']\x00\x00', weak),
  magic('lzip', 'LZIP', weak),
  magic('lzop', '\x89LZO\x00'),
  ...['\x22', '\x23', '\x24', '\x25', '\x26', '\x27'].map((version) =>
    magic('zstd before version 0.8', `${version}\xb5\x2f\xfd`),
  ),
  magic('zlib', '\x78\x01', weak),
  magic('zlib', '\x78\x5e', weak),
  magic('zlib', '\x78\x9c', weak),
  magic('zlib', '\x78\xda', weak),
  magic('zip in several files', 'PK\x07\x08'),
  magic('rar', 'Rar!\x1a\x07'),
  magic('cpio', '07070', weak),
  magic('Feather of version 1', 'FEA1\x00\x00\x00\x00'),
  magic('FDF', '%FDF-'),
  // What is shown is written as numbers of glyphs, or in pieces.
  magic('PostScript', '%!PS'),
  magic('PostScript', '\x04%!PS'),
  magic('PostScript', '\xc5\xd0\xd3\xc6'),
  // Lines that break in words, and values in which `$E4` is a character.
  magic('Mork', '// <!-- <mdb:mork:z '),
  magic('mbx mailbox', '*mbx*\r\n'),
  magic('BinHex', '(This file must be converted with BinHex'),
  magic('Stata', '<stata_dta>'),
  magic('HDF5', '\x89HDF\r\n'),
  magic(swift, '{1:F01'),
  magic(swift, '{1:F21'),
  ...neverText.map(({ name, bytes, at = 0 }) => magic(name, bytes, { at, weak: true })),
  magic('UTF-32 text', '\xff\xfe\x00\x00'),
  magic('UTF-32 text', '\x00\x00\xfe\xff'),
]

const anywhere = magics.filter(({ at }) => at > 0)
/** By the first byte, since this is asked of many small contents. */
const byFirstByte = Array.from({ length: 256 }, (_, byte) => [
  ...magics.filter(({ at, bytes }) => at === 0 && bytes[0] === byte),
  ...anywhere,
])

/** Blank lines, a mark of UTF-8 or commands to a printer may stand before the first line. */
const behindOthers = /^(?:\xef\xbb\xbf)?(?:\s*\x1b%-12345X(?:@PJL[^\n]*\n)*)?\s*%!PS/

const isBehindOthers = (head: Uint8Array): boolean => behindFirst.has(head[0]!) && behindOthers.test(latin1(head))

const behindFirst = new Set(Buffer.from('\xef \t\r\n\x1b', 'latin1'))

/** The mark behind its tables of characters, in lines of 80 (SPSS portable): lengths in base 30 stand right beside texts. */
const isPortable = (head: Uint8Array): boolean =>
  head.length > portableAt &&
  Buffer.from(head.buffer, head.byteOffset, head.length).indexOf('SPSSPORT', portableAt) !== -1
const portableAt = 456

/** Its notes go on in the next line wherever a line is full, in words as well (GEDCOM 5.5.1, `CONC`). */
const isGedcom = (head: Uint8Array): boolean =>
  (head[0] === 0x30 || head[0] === 0xef) &&
  /^(?:\xef\xbb\xbf)?0 HEAD\s/.test(Buffer.from(head.subarray(0, 12)).toString('latin1'))

/** Whether it begins with one of these bytes, and as text like this; a mark of UTF-8 may be before it. */
function beginsLike(firsts: string, sign: RegExp): (head: Uint8Array) => boolean {
  const bytes = new Set(Buffer.from(firsts))
  return (head) => {
    const at = head[0] === 0xef ? 3 : 0
    return (
      bytes.has(head[at] ?? 0) &&
      sign.test(Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1', at))
    )
  }
}

const isSwift = beginsLike(':\r\n', /^\s*(?:\{1:F[02]1|(?::9\d\d:\s+)?:20:[^\n]{1,17}\n:\d\d[A-Z]?:)/)

/** Each line begins with a letter that says what it is (`Pbob`). */
const isQif = beginsLike('!', /^!(?:(?:Type|Option|Clear):|Account\s)/i)

/** Of OpenStreetMap, which has a letter before each value (`ubob`). */
const isOpl = beginsLike('nwrc', /^[nwrc]-?\d+ (?:[vcikd][-\dVD]* |[tse][-\dTZ:]* )+[uT]/)

/** Lines of a file begin with an `X`, all of them or those that a shell or a mailer might take for something else. */
const isShellArchive = beginsLike('#:', /^(?:[#:][^\n]*\n){0,3}[#:] ?This is a sh(?:ell|ar) archive/)

/** Of PCL, of any language behind PJL, or of ESC/P: commands end in letters right before a text. */
const isPrintJob = beginsLike('\x1b', /^\x1b(?:%-12345X|E\x1b|@)/)

/** Labels: a field has a command before its text (`^FDbob`) and signs in hexadecimal digits (`^FH`, `bob_5Fw77`). */
const isZpl = beginsLike('^~\x10C \r\n', /^\s*(?:\x10?CT~~CD,~CC\^~CT~\s*)?(?:~[A-Z]{2}[^~^]*)*\^XA/)

/** Of memory, 16 or 32 bytes a line, so that texts are cut: of Intel, and of Motorola. */
const isHexFile = beginsLike(':S', /^(?::(?:[\dA-F]{2}){5,}\r?\n:|S[0-3](?:[\dA-F]{2}){4,}\r?\nS)[\dA-F]{10}/i)

/** A member of each archive of Duplicati, whose others are pieces of files, cut in words as well. */
const isDuplicati = beginsLike('{', /^\{"Version":\d+,"Created":"[^"]*","Encoding":"[^"]*","Blocksize":\d/)

/** What Bitwarden exports, each text as `2.…|…|…`. */
const isBitwarden = beginsLike(
  '{',
  /^\{\s*"encrypted":\s*true,\s*"(?:passwordProtected|encKeyValidation_DO_NOT_EDIT|folders|items|data)"/,
)

/** Those that a few bytes do not tell. */
const others: readonly { format: KnownFormat; isFormat(head: Uint8Array): boolean }[] = [
  {
    format: { name: 'Python pickle of protocol 0', encrypted: false, weak: false },
    isFormat: (head) => isPickle(head, head.length >= headLength),
  },
  { format: { name: 'SPSS portable', encrypted: false, weak: false }, isFormat: isPortable },
  { format: { name: 'PostScript', encrypted: false, weak: false }, isFormat: isBehindOthers },
  { format: { name: 'GEDCOM', encrypted: false, weak: false }, isFormat: isGedcom },
  { format: { name: swift, encrypted: false, weak: false }, isFormat: isSwift },
  { format: { name: 'QIF', encrypted: false, weak: false }, isFormat: isQif },
  { format: { name: 'OPL', encrypted: false, weak: false }, isFormat: isOpl },
  { format: { name: 'shell archive', encrypted: false, weak: false }, isFormat: isShellArchive },
  { format: { name: 'print job', encrypted: false, weak: false }, isFormat: isPrintJob },
  { format: { name: 'Intel HEX or S-record', encrypted: false, weak: false }, isFormat: isHexFile },
  { format: { name: 'Duplicati', encrypted: false, weak: false }, isFormat: isDuplicati },
  { format: { name: 'Bitwarden, encrypted', encrypted: true, weak: false }, isFormat: isBitwarden },
  { format: { name: 'ZPL', encrypted: false, weak: false }, isFormat: isZpl },
  { format: { name: 'bencode', encrypted: false, weak: false }, isFormat: isBencode },
  {
    format: { name: 'syslog with counted octets', encrypted: false, weak: false },
    isFormat: (head) => isOctetCounted(head, head.length >= headLength),
  },
  { format: { name: 'uuencode', encrypted: false, weak: false }, isFormat: isBareUuencode },
  {
    format: { name: 'list of texts in CBOR, Hessian, Smile or UBJSON', encrypted: false, weak: false },
    isFormat: (head) => isCountedTexts(head, head.length >= headLength),
  },
]

/** Names of what is known and not read, each once. */
export const knownFormatNames: readonly string[] = [
  ...new Set([...magics, ...others.map(({ format }) => format)].map(({ name }) => name)),
].sort()

/** The format that a content begins like, if it is one that is known and not read. */
export function knownFormatOf(head: Uint8Array): KnownFormat | undefined {
  let weak: KnownFormat | undefined
  for (const magic of byFirstByte[head[0] ?? 0]!) {
    if (!hasMagic(head, magic)) continue
    if (!magic.weak) return magic
    weak ??= magic
  }
  for (const { format, isFormat } of others) if (isFormat(head)) return format
  return weak
}

function hasMagic(head: Uint8Array, { at, bytes }: Magic): boolean {
  if (head.length < at + bytes.length) return false
  for (let index = 0; index < bytes.length; index++) if (head[at + index] !== bytes[index]) return false
  return true
}
