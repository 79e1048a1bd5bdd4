import { knownFormatNames } from '../../decode/checks/known-formats.ts'
import { declaredFormatNames } from '../../decode/declared-format.ts'
import { formats } from '../../decode/formats.ts'
import { defaultLimits } from '../../decode/limits.ts'
import { defaultForms } from '../../scan/forms/form-names.ts'
import { forms } from '../../scan/forms/forms.ts'
import { hashAlgorithms, hashedFormName, hashedFormNames, hashKinds } from '../../subject-index/hashed-forms.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, type Terminal } from '../terminal.ts'

/** Each once: one may be told by more than one beginning. */
const named = formats.filter(({ name }, at) => formats.findIndex((other) => other.name === name) === at)

/** A beginning may be like that of a format that is read and not be it. */
const notRead = knownFormatNames.filter((name) => !named.some((format) => format.name === name))

/** Those that say themselves what stands where, and compressions of text in frames. */
const sliced = [
  ...named.filter(({ cut }) => cut !== undefined).map(({ name }) => name),
  'text in blocks of BGZF or frames of zstd',
]

/** Names that say nothing to who does not know the code. */
const writtenTexts = [
  ['folded', 'iCalendar, vCard, LDIF and manifests of JARs, whose long lines go on in the next one'],
  ['cut-lines', 'logs whose long messages, and drawings (DXF) whose long texts, are in several lines'],
  [
    'separated',
    'tables of Hive and Impala, logs of auditd, journald, FIX and HL7, Concordance, with control bytes between fields',
  ],
  ['apple-double', 'what macOS keeps beside a file (`._name`, `__MACOSX`)'],
  ['zeros', 'zero bytes in front of a log that was made empty under its writer'],
  ['doubled-at', 'files of RCS, CVS and Perforce'],
  ['git-export', 'what git fast-export writes'],
  ['escaped-bytes', 'printed dumps of Samba, Berkeley DB and LMDB'],
  ['dbox', 'mailboxes of Dovecot'],
  ['heif', 'HEIC and AVIF'],
] as const

const kinds = {
  compression: 'Compressions',
  archive: 'Archives',
  table: 'Tables and other files of values',
  document: 'Documents in which people are found, and which are never clean, since words may be drawn or in pieces',
  picture: 'Pictures, all but what they show: never clean, unless that is said of them (--pictures-may-be-clean)',
} as const

/** `odv formats`: what is read, in which forms, how deep, and what is known and not read. All of it is asked of the code. */
export function formatsCommand(terminal: Terminal): ExitCode {
  for (const { name, kind } of named) terminal.emit({ kind: 'format', name, of: kind })
  for (const name of declaredFormatNames) terminal.emit({ kind: 'format', name, of: 'declared' })
  for (const { name, summary } of forms)
    terminal.emit({ kind: 'form', name, isDefault: defaultForms.includes(name), summary })
  for (const name of hashedFormNames) terminal.emit({ kind: 'hashed-form', name })
  for (const name of notRead) terminal.emit({ kind: 'not-read', name })
  terminal.emit({ kind: 'limits', ...defaultLimits })

  terminal.print(bold('Read to the last byte, told from their bytes and never from names, inside each other:'))
  terminal.print(
    '  text           UTF-8, other encodings that keep ASCII as it is, UTF-16; JSON, CSV, SQL, XML, logs and the like',
  )
  for (const [kind, title] of Object.entries(kinds)) {
    const names = named.filter((format) => format.kind === kind).map(({ name }) => name)
    terminal.print(`  ${title}`)
    terminal.print(`    ${names.join(', ')}`)
  }
  terminal.print('  Of these')
  for (const [name, what] of writtenTexts) terminal.print(`    ${name.padEnd(14)} ${what}`)
  terminal.print('  and indexes (*.idx) that MySQL Shell writes beside the files of a dump, as numbers')
  terminal.print('  Compressions that nothing in their bytes tells, where a store declares them')
  terminal.print(`    ${declaredFormatNames.join(', ')}`)
  terminal.print('  In slices, from 1 GiB on')
  terminal.print(`    ${['text', ...sliced].join(', ')}`)
  terminal.print('')
  terminal.print(
    bold('Forms that identifiers are looked for in, beside the plain one (--forms; * is on unless said otherwise):'),
  )
  const width = Math.max(...forms.map(({ name }) => name.length))
  for (const { name, summary } of forms)
    terminal.print(`  ${defaultForms.includes(name) ? '*' : ' '} ${name.padEnd(width)}  ${summary}`)
  terminal.print('')
  terminal.print(bold('Digests that stand for identifiers, where they are named (--hashed; none otherwise):'))
  for (const kind of hashKinds)
    terminal.print(`    ${hashAlgorithms.map((algorithm) => hashedFormName({ algorithm, kind })).join(', ')}`)
  terminal.print('    whole ones, in hexadecimal digits or base64; not cut off, in lines, as bytes, or of a digest')
  terminal.print('')
  terminal.print(bold('Known and not read: always "unverified", never clean:'))
  terminal.print(`  ${notRead.join(', ')}`)
  terminal.print('  Anything else that is not text is "unverified" too, with the reason.')
  terminal.print('')
  const { depth, ratio, decodedBytes, windowLog, heldBytes, members } = defaultLimits
  terminal.print(bold('Limits of one object, beyond which it is "unverified: limit":'))
  terminal.print(`  ${depth} formats inside each other; ${members} members; ${decodedBytes / 2 ** 40} TiB of content`)
  terminal.print(`  ${ratio} bytes of content for a stored byte, from 16 MiB on; zstd windows of 2^${windowLog} bytes`)
  terminal.print(
    `  ${heldBytes / 2 ** 20} MiB held in memory of what has to be read at any place and is inside of another format`,
  )
  return exitCode.good
}
