import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'

const gapsOf = async (content: string) => {
  const { reading } = await collect(inPieces(Buffer.from(content), [content.length]))
  return reading.gaps.map(({ reason }) => reason)
}

/** A message with its length before it. */
const counted = (words: string) => {
  const message = `<34>1 2026-01-01T00:00:00Z host app - - - ${words}`
  return `${message.length} ${message}`
}

const glued = [
  // As `pickle.dumps(…, 0)` of Python 3 and 2 has them.
  '(lp0\nVbob@example.org\np1\na.',
  '(dp0\nVuser\np1\nVjane_doe\np2\ns.',
  'Vbob@example.org\np0\n.',
  '(Vbob\np0\nVjane\np1\ntp2\n.',
  "S'bob'\np1\n.",
  '(dp1\n.',
  'ccopy_reg\n_reconstructor\np0\n(cmodels\nUser\np1\n.',
  '(iapp.models\nUser\np0\n.',
  // Behind numbers, and nothing.
  '(I1\nVjane_doe\np0\ntp1\n.',
  '(lp0\nI1\naNaF1.5\naL5L\naVbob@example.org\np1\na.',
  // As `pickletools.optimize` leaves them.
  '(lVbob@example.org\naVjane_doe\na.',
  'Vbob@example.org\n.',
  `(I1\n${'Vjane_doe\n'.repeat(100)}t.`,
  // As `pack("u")` of Perl makes them.
  `M${'9'.repeat(60)}\nM${'6'.repeat(60)}\n#86)C\n`,
  `M${'9'.repeat(60)}\n\`\n`,
  '// <!-- <mdb:mork:z v="1.4"/> -->\n< <(a=c)> // (f=iso-8859-1)\n  (80=bob@exam\\\nple.org)>\n',
  '0 HEAD\r\n1 CHAR UTF-8\r\n0 @I1@ INDI\r\n1 NOTE bob@exam\r\n2 CONC ple.org\r\n0 TRLR\r\n',
  // Of Quicken and what speaks to it.
  '!type:CCard\nD01/02/2026\nT-100.00\nPbob@example.org\n^\n',
  '!Type:Bank\nD01/02/2026\nT-100.00\nPbob@example.org\n^\n',
  '!Option:AutoSwitch\r\n!Account\r\nNbob_smith77\r\nTBank\r\n^\r\n',
  '\ufeff!Account\nNjane\nTBank\n^\n',
  // MT940 as banks send it, and as programs write it.
  '{1:F01AAAABB99BSMK3513951576}{2:O9400934081223BBBBAA33XXXX03592332770812230834N}{4:\r\n:20:0\r\n:86:166?20bob_smith77\r\n-}',
  '\r\n{1:F21AAAABB99BSMK3513951576}{4:{177:2312290834}{451:0}}',
  ':20:STARTUMSE\r\n:25:10010010/1111111\r\n:28C:1/1\r\n:61:2601010101C10,00NTRFbob_smith77\r\n:86:166?20bob_smith77\r\n-\r\n',
  ':940:\n:20:940S260101\n:25:NL85RABO0000000000 EUR\n',
  // As osmium writes it, with all that it knows and with names of users alone, and changesets.
  'n1 v1 dV c3 t2026-01-01T00:00:00Z i4 ubob_smith77 T x2 y1\nn2 v1 dV c3 t2026-01-01T00:00:00Z i5 ubob%40%example.org T x2 y1\n',
  'w-1 dV ubob_smith77 T Nn1,n2\n',
  'c7 k1 s2026-01-01T00:00:00Z e d0 i5 ubob_smith77 x y X Y T\n',
  // As bsdtar, FreeBSD and sharutils write them.
  "#!/bin/sh\n# This is a shell archive\necho x a.csv\nsed 's/^X//' > a.csv << 'SHAR_END'\nXbob@example.org,1\nSHAR_END\nexit\n",
  "# This is a shell archive.  Save it in a file, remove anything before\n# this line\n#\nsed 's/^X//' >a << 'END-of-a'\nXbob\n",
  '\x1bE\x1b&l0O\x1b(s3Bbob_smith77\n\x1bE',
  '\x1b%-12345X@PJL JOB\n@PJL ENTER LANGUAGE=PCL\nbob_smith77\n',
  '\x1b@Bill\n',
  '^XA^CI28^FO50,50^FH^FDbob_5Fsmith77^FS^XZ\n',
  '\n~TA000~JSN^XA~SD15^PW812^XZ\n^XA^FDbob^FS^XZ\n',
  'CT~~CD,~CC^~CT~\n^XA~TA000^FDbob^FS^XZ\n',
  '#!/bin/sh\n# This is a shell archive (produced by GNU sharutils 4.15.2).\n',
  ': This is a shar archive.  Extract with sh, not csh.\n',
  // Of objcopy, of a text that begins within a line.
  ':10000000414141414141416E616D653D36323439B8\r\n:10001000323839313234393536363634207220784E\r\n:00000001FF\r\n',
  'S11300004141414141416E616D653D363234393238B8\nS11300103931313736393233320A41414141414108\nS9030000FC\n',
  'S00600006F2E73723A\nS11300004141414141416E616D653D363234393238B8\nS9030000FC\n',
  // The manifest in each archive of Duplicati.
  '{"Version":2,"Created":"20260112T102234Z","Encoding":"utf8","Blocksize":102400,"BlockHash":"SHA256","FileHash":"SHA256","AppVersion":"2.0.6.3"}',
  // What rsyslog sends, as TCP has it.
  `${counted('login of bob_smith77')}${counted('logout')}`,
  `${counted(`login of bob_smith77 ${'and more '.repeat(100)}`)}${counted('logout')}`,
  'd5:email15:bob@example.org2:id10:1234567890e',
  'l36:550e8400-e29b-41d4-a716-44665544000036:550e8400-e29b-41d4-a716-446655440000e',
  `d8:announce35:http://tracker.example.org/announce13:creation datei1700000000e4:infod6:lengthi5e4:name700:${'x'.repeat(700)}ee`,
]

const texts = [
  counted('alone'),
  `${counted('with its line end\n')}${counted('logout\n')}`,
  '83 <b>rows</b>\n',
  '12 <34> and so on\n',
  '7 of 8\n',
  'Various notes\nand more of them\np0\n',
  'class Person\n  x\n',
  'import os\nfrom x import y\n',
  '(list of people)\n',
  'd5: the square in the centre',
  'l10:30 is when it begins',
  'd4:note that nothing follows',
  '3:00 and 4:00',
  'S\nV\np0 is the first',
  'Vienna,Wien\nVillach,Beljak\n',
  `${'Vienna,Wien\nVillach,Beljak\n'.repeat(30)}`,
  `${'cab\ncad\ncaf\ncag\ncake\n'.repeat(30)}`,
  '(Vienna) is large\n',
  `(Vienna) is large ${'and so on '.repeat(60)}`,
  'I5\nI6\n',
  `M${'9'.repeat(59)}\n`,
  `M${'9'.repeat(60)}\nand text\n`,
  '0 HEADS\n1 TAILS\n',
  'c1 Test of many\n',
  'n1 v1 words\n',
  '!Types of bank: many\n',
  '\x1b[1mBill\x1b[0m\n',
  '\x1bEBill\n',
  '^X is cut, ^XA is none\n',
  '~ ^XA\n',
  '!Accounts\n',
  '{1:F02}\n',
  ':20: is when it begins\n:30: is when it ends\n',
  '#!/bin/sh\n# This is no shell archive\n',
  ':100000 rows\n:100000 more\n',
  'S001 bob\nS002 jane\n',
  '{"Version":2,"Created":"20260112T102234Z","Encoding":"utf8","rows":3}\n',
  '{"encrypted":true,"user":"bob_smith77"}\n',
  '# Notes\n\nThis is a shell archive of notes.\n',
]

describe('text encodings that glue lengths or types onto texts', () => {
  for (const content of glued)
    test(`are not read: ${JSON.stringify(content.slice(0, 30))}`, async () => {
      expect(await gapsOf(content)).toEqual(['unsupported-format'])
    })

  for (const content of texts)
    test(`are not ${JSON.stringify(content)}`, async () => {
      expect(await gapsOf(content)).toEqual([])
    })
})
