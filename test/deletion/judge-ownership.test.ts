import { createHash } from 'node:crypto'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeOwnership } from '../../lib/deletion/judge-ownership.ts'
import { ReadFailed } from '../../lib/errors.ts'
import { pendingIndexOf } from '../../lib/subject-index/pending-index.ts'
import { inPieces } from '../decode/collect.ts'
import { gzipMember } from '../decode/gzip-member.ts'
import { makeIndex } from '../subject-index/make-index.ts'

/** In scope in these tests: what begins with a 1. */
const isTransferred = (text: string) => /^1[0-9]+$/.test(text)
/** Listed in the manifest of these tests, but not confirmed. */
const pendingTexts = ['20001', 'jane_doe', "o'hara@example.org", '0f8fad5b-d9cb-469f-a165-70867728950e']
const pending = pendingIndexOf(makeIndex(['12345678'], { pending: pendingTexts }))
const key = 'a/b.csv'
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const judge = (content: string | Buffer, options: { sha256?: string; lengths?: number[]; owner?: string } = {}) => {
  const bytes = Buffer.from(content)
  const { sha256 = sha256Of(bytes), lengths = [1e6], owner = 'userId' } = options
  return judgeOwnership(inPieces(bytes, lengths), { owner, scanned: { sha256 }, isTransferred, pending, key })
}

const mine = '12345'
const other = '98765'

const owned: { name: string; content: string | Buffer; records: number }[] = [
  { name: 'CSV', content: `userId,name\n${mine},a\n1999,b\n`, records: 2 },
  { name: 'CSV without a last line end, with CR LF', content: `userId,name\r\n${mine},a\r\n1999,b`, records: 2 },
  { name: 'CSV with quotes', content: `"a","userId"\n"x ""y"", z","${mine}"\n`, records: 1 },
  { name: 'JSON Lines', content: `{"userId":"${mine}"}\n{"name":"x","userId":1999}\n`, records: 2 },
  { name: 'a number beyond 2^53', content: '{"userId":12345678901234567891}\n', records: 1 },
  {
    name: 'numbers beyond 2^53, one of which has digits that a double has not',
    content: '{"userId":1234567890123456800}\n{"userId":1234567890123456789}\n{"userId":1234567890123456768}\n',
    records: 3,
  },
  { name: 'text that looks like a rounded number', content: '{"userId":"1234567890123456800"}\n', records: 1 },
  { name: 'the number of a time and of a count of 0', content: '{"userId":1234567890123456512}\n', records: 1 },
  {
    name: 'nested objects and lists with other keys',
    content: `{"a":{"b":["}",{"otherUserId":1,"users":{"name":2},"a":{"id":3}}]},"userId":"${mine}","c":"\\"user\\" Id: \\u0041"}\n`,
    records: 1,
  },
  { name: 'text that only mentions the name', content: `userId,note\n${mine},their userId is known\n`, records: 1 },
  { name: 'columns with longer names', content: `userId,userIdType,myUserId\n${mine},b,c\n`, records: 1 },
  {
    name: 'text in base64 and digits that only mentions the name',
    content: `userId,a,b\n${mine},${Buffer.from('their userId is known').toString('base64')},${'0123456789abcdef'.repeat(4)}\n`,
    records: 1,
  },
  {
    name: 'addresses of others',
    content: `{"userId":"${mine}","a":"o'hare@example.org, x/y@example.org"}\n`,
    records: 1,
  },
  {
    name: 'what somebody pending is only a part of',
    content: `{"userId":1999,"a":"120001 3fa20001c 20001b","b":920001}\n`,
    records: 1,
  },
  { name: 'keys that come to another name', content: `{"userId":1999,"user":{"a":{"id":1}},"id":2}\n`, records: 1 },
  { name: 'a spelled-out key', content: `{"user\\u0049d":"${mine}"}\n`, records: 1 },
  { name: 'a gzip with its file name', content: gzipMember(`userId\n${mine}\n`, { name: 'a.csv' }), records: 1 },
  { name: 'two gzip members', content: Buffer.concat([gzipSync('userId\n'), gzipSync(`${mine}\n`)]), records: 1 },
  { name: 'zstd', content: zstdCompressSync(`{"userId":"${mine}"}`), records: 1 },
]

const kept: { name: string; content: string | Buffer; reason: RegExp }[] = [
  { name: 'nothing', content: '', reason: /no records/ },
  { name: 'an empty gzip', content: gzipSync(''), reason: /no records/ },
  { name: 'a header alone', content: 'userId,name\n', reason: /no records/ },
  { name: 'a record of somebody else, first', content: `userId\n${other}\n${mine}\n`, reason: /somebody/ },
  { name: 'a record of somebody else, last', content: `userId\n${mine}\n${other}`, reason: /somebody/ },
  { name: 'an empty owner', content: `userId,a\n${mine},x\n,y\n`, reason: /somebody/ },
  { name: 'an owner with a space', content: `userId,a\n ${mine},x\n`, reason: /somebody/ },
  { name: 'an empty line in CSV of one column', content: `userId\n${mine}\n\n${mine}\n`, reason: /somebody/ },
  { name: 'an empty line in CSV', content: `userId,a\n${mine},x\n\n${mine},x\n`, reason: /other fields/ },
  { name: 'empty lines at the end of CSV', content: `userId,a\n${mine},x\n\n`, reason: /other fields/ },
  { name: 'a row that is too short', content: `userId,a\n${mine}\n`, reason: /other fields/ },
  { name: 'a row that is too long', content: `userId,a\n${mine},x,${other}\n`, reason: /other fields/ },
  { name: 'a header without the owner', content: `id,a\n${mine},x\n`, reason: /neither/ },
  { name: 'no header', content: `${mine},x\n${mine},y\n`, reason: /neither/ },
  { name: 'the owner twice in the header', content: `userId,userId\n${mine},${other}\n`, reason: /neither/ },
  { name: 'the owner twice in another case', content: `userId,UserID\n${mine},${other}\n`, reason: /neither/ },
  { name: 'the owner in another case', content: `userid\n${mine}\n`, reason: /neither/ },
  {
    name: 'two files in one, with two headers',
    content: `userId,a\n${mine},x\nuserId,a\n${mine},y\n`,
    reason: /somebody/,
  },
  ...['\x01', '\x1f'].flatMap((sign) => [
    {
      name: `CSV, but for ${JSON.stringify(sign)}`,
      content: `userId${sign}name\n${mine}${sign}Alice\n`,
      reason: /beside/,
    },
    { name: `JSON with ${JSON.stringify(sign)}`, content: `{"userId":"${mine}"}${sign}Alice\n`, reason: /beside/ },
    {
      name: `CSV of a field with ${JSON.stringify(sign)}`,
      content: `userId,a${sign}name\n${mine},b${sign}Alice\n`,
      reason: /beside/,
    },
  ]),
  { name: 'CSV with a Ctrl-Z at its end', content: `userId,a\n${mine},x\n\x1a`, reason: /other fields/ },
  { name: 'CSV of one column with a Ctrl-Z', content: `userId\n${mine}\n\x1a`, reason: /somebody/ },
  { name: 'JSON Lines with a Ctrl-Z', content: `{"userId":"${mine}"}\n\x1a`, reason: /not an object/ },
  { name: 'semicolons', content: `userId;a\n${mine};x\n`, reason: /neither/ },
  { name: 'lines that end with CR alone', content: `userId\r${mine}\r${other}\r`, reason: /neither/ },
  { name: 'a CR inside a row', content: `userId,a\n${mine},x\r${other}\n`, reason: /more than one line/ },
  {
    name: 'quotes that enclose another row',
    content: `userId,a\n${mine},"x\n${other},y"\n`,
    reason: /more than one line/,
  },
  { name: 'quotes that stay open', content: `userId,a\n${mine},"x\n${other},y\n`, reason: /not valid CSV/ },
  { name: 'a quote inside a field', content: `userId,a\n${mine},x"y\n`, reason: /not valid CSV/ },
  { name: 'an SQL dump', content: `INSERT INTO t VALUES ('${mine}');\n`, reason: /neither/ },
  { name: 'plain IDs', content: `${mine}\n${mine}\n`, reason: /neither/ },
  {
    name: 'a JSON record of somebody else',
    content: `{"userId":"${mine}"}\n{"userId":"${other}"}\n`,
    reason: /somebody/,
  },
  { name: 'a JSON record without owner', content: `{"userId":"${mine}"}\n{"a":1}\n`, reason: /exactly once/ },
  { name: 'an owner only further inside', content: `{"a":{"userId":"${mine}"}}\n`, reason: /exactly once/ },
  { name: 'the owner twice, ours last', content: `{"userId":"${other}","userId":"${mine}"}\n`, reason: /exactly once/ },
  {
    name: 'the owner twice, spelled out',
    content: `{"user\\u0049d":"${other}","userId":"${mine}"}\n`,
    reason: /exactly once/,
  },
  {
    name: 'the owner twice in another case',
    content: `{"USERID":"${other}","userId":"${mine}"}\n`,
    reason: /exactly once/,
  },
  ...[
    'user_id',
    'user-id',
    'user id',
    'USER_ID',
    'user.id',
    'userId.1',
    'userId:1',
    'userId_1',
    'userId2',
    'userId (2)',
    'userId...3',
    'userId_x',
    'userId.y',
    'userId_right',
    'userId_duplicated_0',
    'user_ids',
    '_user_id',
    'user_id_',
    'user__id',
    'user/id',
    'user\u00a0id',
    'user\u00adid',
    'user_id\u200b',
    'ｕｓｅｒ＿ｉｄ',
    '#user_id',
    '@user_id',
    'user_id*',
    'user_id_a',
    'user_id_r',
    'user_id.old',
    'user_id_2nd',
  ].flatMap((name) => [
    {
      name: `JSON with the owner as ${name} as well`,
      content: `{"${name}":"${other}","userId":"${mine}"}\n`,
      reason: /exactly once/,
    },
    {
      name: `CSV with the owner as ${name} as well`,
      content: `userId,${name}\n${mine},${other}\n`,
      reason: /exactly once/,
    },
  ]),
  {
    name: 'a column of nested records in JSON, in keys around each other',
    content: `userId,friend\n${mine},"{""user"":{""id"":""${other}""}}"\n`,
    reason: /inside/,
  },
  {
    name: 'a column of JSON that goes on with the name of the column',
    content: `userId,user\n${mine},"{""id"":""${other}""}"\n`,
    reason: /inside/,
  },
  {
    name: 'a column of nested records, written otherwise',
    content: `userId,friend.user_id\n${mine},${other}\n`,
    reason: /inside/,
  },
  ...[
    `"exported":[{"user_id":"${other}"}]`,
    `"a":${JSON.stringify(JSON.stringify({ 'user-id': other }))}`,
    `"a":"/x?user_id=${other}"`,
    `"a":"<friend><user-id>${other}</user-id></friend>"`,
    `"exported":[{"userId":"${other}"}]`,
    `"user":{"id":"${other}"}`,
    `"comments":[{"text":"x","User":{"a":1,"ID":"${other}"}}]`,
    `"users":[["x"],{"id":"${other}"}]`,
    `"us":{"er":{"_id":"${other}"}}`,
    `"a":{"user":{"id":"${other}"},"user":1}`,
    `"a":{"user":{"x":{"y":[{"id":1}]},"id":"${other}","x":"id"}}`,
    `"a":${JSON.stringify(JSON.stringify({ user: { id: other } }))}`,
    `"user":${JSON.stringify(JSON.stringify({ id: other }))}`,
    `"a":[${JSON.stringify(JSON.stringify([JSON.stringify({ user: { id: other } })]))}]`,
    `"a":{"userIds":["${other}"]}`,
    `"a":{"userId_2":"${other}"}`,
    `"friend.user.id":"${other}"`,
    `"list.userId2":"${other}"`,
    `"friend":{"userId":"${mine}"}`,
    `"a":[[{"b":{"c":[{"userid":1}]}}]]`,
    `"a":{" USERID ":1}`,
    `"a":{"user\\u0049d":"${other}"}`,
    `"a":{"\\u0075\\u0073\\u0065\\u0072\\u0049\\u0064":"${other}"}`,
    `"a":${JSON.stringify(JSON.stringify({ userId: other }))}`,
    `"a":${JSON.stringify(JSON.stringify(JSON.stringify([{ userId: other }])))}`,
    `"a":${JSON.stringify(`x\n{"user\\u0049d":"${other}"}`)}`,
    `"a":${JSON.stringify(JSON.stringify(`{"user\\u0049d":"${other}"}`))}`,
    `"a":"{\\u0022userId\\u0022:1}"`,
    `"a":"{\\u005cu0022user\\u005cu0049d\\u005cu0022:1}"`,
    `"a":"\\nuserId: ${other}"`,
    `"a":"/x?userId=${other}"`,
    `"a":"<friend><userId>${other}</userId></friend>"`,
    `"a":"<x:userId>${other}</x:userId>"`,
    `"a":"<userId\\n type='n'>${other}</userId>"`,
    `"a":"&lt;x:userId type='n'&gt;${other}"`,
    `"a":"&lt;userId&gt;${other}&lt;/userId&gt;"`,
    `"a":"{&quot;userId&quot;:&quot;${other}&quot;}"`,
    `"a":"/x?y=%7B%22userId%22%3A${other}%7D"`,
    `"a":"/x?y=%257B%2522userId%2522%253A${other}%257D"`,
    `"a":"/x?y=%2Fz%3FuserId%3D${other}"`,
    `"a":{"columns":["userId","x"],"rows":[["${other}",1]]}`,
    `"a":"&#117;ser&#x49;d=${other}"`,
    `"a":"&lt;&amp;#117;serId&gt;&#38;#117;serId: ${other}"`,
    `"a":"/x?%75serI%64=${other}"`,
    `"a":"/x?y=%252Fz%253F%2575serId%253D${other}"`,
    `"a":"userId,name\\n${other},x"`,
    `"a":"INSERT INTO t (userId, a) VALUES (${other}, 'x')"`,
    `"a":"INSERT INTO t (a, userId) VALUES ('x', ${other})"`,
    `"a":"{\\\\x22\\\\x75serId\\\\x22: ${other}}"`,
    ...[JSON.stringify({ userId: other }), `x=1&userId=${other}`, `{"a":"b","user\\u0049d":"${other}"}`].flatMap(
      (text) => {
        const [bytes, long] = [Buffer.from(text), Buffer.from(`${'x'.repeat(50)},${text}`)]
        return [
          `"a":"${Buffer.from(text, 'utf16le').toString('base64')}"`,
          `"a":"${Buffer.from(bytes.toString('base64')).toString('base64')}"`,
          `"a":"${Buffer.from(bytes.toString('hex')).toString('base64')}"`,
          `"a":${JSON.stringify(bytes)}`,
          `"a":"[${bytes.toJSON().data.join(', ')}]"`,
          `"a":"${bytes.toString('base64')}"`,
          `"a":"${long.toString('base64').replaceAll('/', '\\/')}"`,
          `"a":"${long.toString('base64').replace(/.{76}/g, '$&\\r\\n')}"`,
          `"a":"Bearer e30.${bytes.toString('base64url')}.xyz"`,
          `"a":"data/${bytes.toString('base64')}"`,
          `"a":{"b":["${bytes.toString('hex')}"]}`,
          `"a":"\\\\xa${bytes.toString('hex').toUpperCase()}"`,
        ]
      },
    ),
    `"a":"name;UserId;x\\r\\nx;${other};x"`,
    `"a":"name\\tuserId\\nx\\t${other}"`,
    `"a":"userId\\n${other}\\n"`,
    `"a":${JSON.stringify(JSON.stringify(`name,userId\nx,${other}`))}`,
    `"__proto__":{"userId":"${other}"}`,
    `"friend__user_id":"${other}"`,
    `"friend$user_id":"${other}"`,
    `"friend|user_id":"${other}"`,
    `"exported.0.userId":"${other}"`,
    `"exported[userId]":"${other}"`,
    `"a":${'['.repeat(2e5)}{"userId":1}${']'.repeat(2e5)}`,
    `"a":"${'\\u005cu005cu005cu005cu005cu005cu005cu005cu005cu005cu005c'.repeat(5000)}"`,
  ].flatMap((member) => [
    { name: `a nested record: ${member.slice(0, 60)}`, content: `{"userId":"${mine}",${member}}\n`, reason: /inside/ },
    { name: `one before it: ${member.slice(0, 60)}`, content: `{${member},"userId":"${mine}"}\n`, reason: /inside/ },
  ]),
  ...[
    '20001',
    'to:20001',
    'x\n20001',
    '20001.',
    'user-20001',
    '"20001"',
    "jane_doe, o'x",
    "o'hara@example.org",
    '\u0032\u0030001',
    '/users/20001/x',
  ].flatMap((text) => [
    {
      name: `JSON that names somebody pending: ${text}`,
      content: `{"userId":"${mine}","to":[${JSON.stringify(text)}]}\n`,
      reason: /not confirmed/,
    },
    {
      name: `CSV that names somebody pending: ${text}`,
      content: `to,userId\nx,${mine}\n"${text.replaceAll('\n', ' ').replaceAll('"', '""')}",${mine}\n`,
      reason: /not confirmed/,
    },
  ]),
  ...[
    'user20001',
    'sess_0f8fad5b-d9cb-469f-a165-70867728950e',
    'user-0f8fad5b-d9cb-469f-a165-70867728950e',
    '0f8fad5b_d9cb_469f_a165_70867728950e',
    '0F8FAD5BD9CB469FA16570867728950E',
    "to=o'hara@example.org",
    '0000020001',
    '20,001',
    '2.0001e4',
    '２０００１',
    'hello 20001'.replace(/./g, '$&\u00ad'),
    Buffer.from('{"to":20001,"x":1}').toString('base64'),
    Buffer.from('{"to":"jane_doe","x":1}').toString('hex'),
    Buffer.from('{"to":20001,"x":1}').toJSON().data.join(),
    Buffer.from('0f8fad5bd9cb469fa16570867728950e', 'hex').toString('base64'),
    'aGVsbG8KMjAwMDEK%3D',
  ].flatMap((text) => [
    {
      name: `JSON that has somebody pending in a form: ${text}`,
      content: `{"userId":"${mine}","to":[${JSON.stringify(text)}]}\n`,
      reason: /not confirmed/,
    },
    {
      name: `CSV that has somebody pending in a form: ${text}`,
      content: `to,userId\nx,${mine}\n"${text}",${mine}\n`,
      reason: /not confirmed/,
    },
  ]),
  // Escaped more often than a scan looks for it.
  ...["o'hara@example.org", 'x.jane_doe', '_jane_doe_'].flatMap((text) => {
    const escaped = text.replace(/[^a-z]/g, (sign) =>
      sign === '_' && text.startsWith('x') ? sign : `&amp;amp;#${sign.charCodeAt(0)};`,
    )
    return [
      {
        name: `JSON that has somebody pending behind escapes: ${escaped}`,
        content: `{"userId":"${mine}","to":"${escaped}"}\n`,
        reason: /not confirmed/,
      },
      {
        name: `CSV that has somebody pending behind escapes: ${escaped}`,
        content: `to,userId\nx,${mine}\n"${escaped}",${mine}\n`,
        reason: /not confirmed/,
      },
    ]
  }),
  { name: 'somebody pending as a column', content: `userId,20001\n${mine},5\n`, reason: /not confirmed/ },
  {
    name: 'a gzip with the name of somebody pending',
    content: gzipMember(`userId\n${mine}\n`, { name: '20001.csv' }),
    reason: /name is about/,
  },
  { name: 'a number that is somebody pending', content: `{"userId":${mine},"to":20001}\n`, reason: /not confirmed/ },
  { name: 'somebody pending as a key', content: `{"userId":${mine},"to":{"20001":1}}\n`, reason: /not confirmed/ },
  {
    name: 'a nested record in a field of CSV',
    content: `userId,a\n${mine},"{""userId"":""${other}""}"\n`,
    reason: /inside/,
  },
  {
    name: 'an escaped one in the last field of CSV',
    content: `a,userId,b\n1,${mine},"{""user\\u0049d"":1}"`,
    reason: /inside/,
  },
  { name: 'a table in a field of CSV', content: `userId,a\n${mine},"name;userId;x"\n`, reason: /inside/ },
  { name: 'a column of nested records', content: `userId,friend.userId\n${mine},${other}\n`, reason: /inside/ },
  { name: 'another such column', content: `friends[0]/UserID,userId\n${other},${mine}\n`, reason: /inside/ },
  { name: 'a key that has one in it', content: `{"userId":"${mine}","a userId=7 b":1}\n`, reason: /inside/ },
  { name: 'a column that has one in it', content: `userId,a userId=7 b\n${mine},1\n`, reason: /inside/ },
  { name: 'the owner twice but for spaces', content: `userId, userId \n${mine},${other}\n`, reason: /neither/ },
  { name: 'an owner in the prototype', content: `{"__proto__":{"userId":"${mine}"}}\n`, reason: /exactly once/ },
  ...[
    '1234567890123456800',
    '1234567890123456768',
    '1234567890123450000',
    '16561198012345680',
    '1234567890123450',
  ].flatMap((number) => [
    {
      name: `JSON of an owner who may be another one: ${number}`,
      content: `{"userId":${number}}\n{"userId":1999}\n`,
      reason: /lost their last digits/,
    },
    { name: `CSV of one: ${number}`, content: `userId\n${number}\n${number}\n`, reason: /lost their last digits/ },
  ]),
  { name: 'an owner that is null', content: '{"userId":null}\n', reason: /neither text/ },
  { name: 'an owner that is a list', content: `{"userId":["${mine}"]}\n`, reason: /neither text/ },
  { name: 'an owner with an exponent', content: '{"userId":1e5}\n', reason: /neither text/ },
  { name: 'an owner that a double would round to ours', content: '{"userId":12345.0}\n', reason: /neither text/ },
  { name: 'an empty line in JSON Lines', content: `{"userId":"${mine}"}\n\n`, reason: /not an object/ },
  { name: 'a broken line', content: `{"userId":"${mine}"}\n{"userId":"${mine}"\n`, reason: /not an object/ },
  { name: 'two objects on a line', content: `{"userId":"${mine}"}{"userId":"${other}"}\n`, reason: /not an object/ },
  { name: 'a list in JSON Lines', content: `{"userId":"${mine}"}\n[{"userId":"${other}"}]\n`, reason: /not an object/ },
  { name: 'a JSON array', content: `[{"userId":"${mine}"}]`, reason: /not valid CSV/ },
  {
    name: 'a line beyond 1 MiB',
    content: `{"userId":"${mine}","a":"${'x'.repeat(2 ** 20)}"}\n`,
    reason: /not an object/,
  },
  { name: 'a NUL', content: `userId,a\n${mine},\0\n`, reason: /not-text/ },
  {
    name: 'bytes that are not UTF-8',
    content: Buffer.from(`userId,a\n${mine},caf\xe9\n`, 'latin1'),
    reason: /invalid-utf8/,
  },
  {
    name: 'text after a gzip',
    content: Buffer.concat([gzipSync(`userId\n${mine}\n`), Buffer.from('abc')]),
    reason: /beside/,
  },
  {
    name: 'bytes after a gzip',
    content: Buffer.concat([gzipSync(`userId\n${mine}\n`), Buffer.from([7])]),
    reason: /beside/,
  },
  { name: 'a comment in a gzip', content: gzipMember(`userId\n${mine}\n`, { comment: other }), reason: /beside/ },
  { name: 'a gzip that is cut off', content: gzipSync(`userId\n${mine}\n`).subarray(0, -1), reason: /truncated/ },
  {
    name: 'a zstd that is cut off',
    content: zstdCompressSync(`userId\n${mine}\n`).subarray(0, -1),
    reason: /truncated/,
  },
]

describe.each([
  { cut: 'whole', lengths: [3e6] },
  { cut: 'in pieces of 1 to 999', lengths: [1, 2, 3, 999] },
])('a version read $cut', ({ lengths }) => {
  test.each(owned)('may be deleted when all its records are in scope: $name', async ({ content, records }) => {
    expect(await judge(content, { lengths })).toEqual({
      kind: 'delete',
      records,
      sha256: sha256Of(Buffer.from(content)),
    })
  })

  test.each(kept)('is kept with a reason that quotes nothing: $name', async ({ content, reason }) => {
    const judgement = await judge(content, { lengths })
    expect(judgement).toEqual({ kind: 'keep', reason: expect.stringMatching(reason) })
    expect(JSON.stringify(judgement)).not.toMatch(/12345|98765/)
  })

  test.each(owned)('is kept when it is not the version that was scanned: $name', async ({ content }) => {
    const judgement = await judge(content, { lengths, sha256: sha256Of(Buffer.from('another')) })
    expect(judgement).toEqual({ kind: 'keep', reason: expect.stringMatching(/not the content that was scanned/) })
  })
})

test.each(['user-id', 'user.id', 'a/b', 'c++', '(id)', 'größe', '用户', '$&', '^x|y', 'a[0]{1}'])(
  'a nested record is seen whatever the owner is called: %j',
  async (owner) => {
    const line = (more: object) => `${JSON.stringify({ [owner]: mine, ...more })}\n`
    const options = { owner }
    expect(await judge(line({ z: { b: 1 }, c: ['text'] }), options)).toMatchObject({ kind: 'delete', records: 1 })
    for (const more of [
      { a: { [owner]: other } },
      { a: [JSON.stringify({ [owner]: other })] },
      { a: `/x?${encodeURIComponent(JSON.stringify({ [owner]: other }))}` },
    ])
      expect(await judge(line({}) + line(more), options)).toMatchObject({ kind: 'keep' })
  },
)

test('a record of nothing but backslashes is judged in no time', async () => {
  const record = `{"userId":"${mine}","a":"${'\\\\'.repeat(4e5)}"}\n`
  expect(await judge(record)).toMatchObject({ kind: 'delete', records: 1 })
})

test('the owner may be one of several names of a kind, and then is not told from them', async () => {
  const options = { owner: 'user_id_1' }
  expect(await judge(`user_id_1,a\n${mine},x\n`, options)).toMatchObject({ kind: 'delete', records: 1 })
  expect(await judge(`user_id_1,user_id_2\n${mine},${other}\n`, options)).toMatchObject({ kind: 'keep' })
})

test.each([
  `user_id${'-'.repeat(9e5)}`,
  `${'9'.repeat(9e5)}a`,
  `${'.'.repeat(4e5)}userId${' '.repeat(4e5)}a`,
  'a_'.repeat(4e5),
  'a'.repeat(9e5),
  '\\\\x75'.repeat(2e5),
])('a key without an end is judged in no time: %.10s', async (key) => {
  const record = `{"userId":"${mine}","${key}":1}\n`
  const began = performance.now()
  await judge(record)
  expect(performance.now() - began).toBeLessThan(30_000)
})

test.each(['back\\slash', 'a"b', 'a\tb'])(
  'a record may hold another one when the owner is called %j',
  async (owner) => {
    const record = `${JSON.stringify({ [owner]: mine, z: 1 })}\n`
    expect(await judge(record, { owner })).toMatchObject({ kind: 'keep', reason: expect.stringMatching(/inside/) })
  },
)

test('a version is kept when its medium fails, wherever it fails', async () => {
  const bytes = Buffer.from(`userId\n${mine}\n`)
  async function* failing(length: number): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, length)
    throw new ReadFailed('store: object: expected more bytes')
  }
  for (let length = 0; length <= bytes.length; length++) {
    const scanned = { sha256: sha256Of(bytes.subarray(0, length)) }
    const options = { owner: 'userId', scanned, isTransferred, pending, key }
    expect(await judgeOwnership(failing(length), options)).toMatchObject({ kind: 'keep' })
  }
})

test('a fault of the product is not taken for a reason to keep', async () => {
  const options = {
    owner: 'userId',
    scanned: { sha256: '' },
    isTransferred: () => expect.fail('index is gone'),
    pending,
    key,
  }
  await expect(judgeOwnership(inPieces(Buffer.from('userId\n1\n'), [3]), options)).rejects.toThrow('index is gone')
})

test('reading stops at the first reason to keep', async () => {
  let given = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('userId\n')
    for (;;) {
      given += 1
      yield Buffer.from(`${other}\n`)
    }
  }
  expect(
    await judgeOwnership(endless(), { owner: 'userId', scanned: { sha256: '' }, isTransferred, pending, key }),
  ).toMatchObject({
    kind: 'keep',
  })
  expect(given).toBeLessThan(200)
})

test('one record of somebody else anywhere keeps a version, in every format and however it is cut', async () => {
  const number = fc.integer({ min: 10, max: 9999 })
  const note = fc.string({ unit: fc.constantFrom('a', ',', '"', ' ', '{', '}', ':', '\\', 'é'), maxLength: 8 })
  const records = fc.array(fc.tuple(number, note), { minLength: 1, maxLength: 12 })
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.nat(11),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      async (records, place, lengths) => {
        const ours = records.map(([owner, note]) => [`1${owner}`, note] as [string, string])
        const mixed = ours.with(place % ours.length, [`2${records[0]![0]}`, records[0]![1]])
        const formats = [
          (rows: typeof ours) => `note,userId\n${rows.map(([owner, note]) => `${quoted(note)},${owner}\n`).join('')}`,
          (rows: typeof ours) => rows.map(([owner, note]) => `${JSON.stringify({ note, userId: owner })}\n`).join(''),
          (rows: typeof ours) =>
            rows.map(([owner, note]) => `{"userId":${owner},"note":${JSON.stringify(note)}}`).join('\n'),
        ]
        for (const format of formats)
          for (const pack of [(text: string) => Buffer.from(text), gzipSync, zstdCompressSync]) {
            expect(await judge(pack(format(ours)), { lengths })).toMatchObject({
              kind: 'delete',
              records: ours.length,
            })
            expect(await judge(pack(format(mixed)), { lengths })).toMatchObject({ kind: 'keep' })
          }
      },
    ),
    { numRuns: 60 },
  )
})

test('no single flipped bit lets a version be deleted that is not what was scanned', async () => {
  const bytes = zstdCompressSync(`userId\n${mine}\n1999\n`, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = Buffer.from(bytes)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    expect(await judge(damaged, { sha256: sha256Of(bytes) })).toMatchObject({ kind: 'keep' })
  }
})

test.each(['inbox/20001/a.csv', '20001.csv', 'to-jane_doe.csv', "o'hara@example.org.csv", '%32%30001/a.csv'])(
  'what is named after somebody pending is kept: %s',
  async (key) => {
    const bytes = Buffer.from(`userId\n${mine}\n`)
    const options = { owner: 'userId', scanned: { sha256: sha256Of(bytes) }, isTransferred, pending }
    expect(await judgeOwnership(inPieces(bytes, [9]), { ...options, key })).toMatchObject({
      kind: 'keep',
      reason: expect.stringMatching(/name is about/),
    })
    expect(await judgeOwnership(inPieces(bytes, [9]), { ...options, key: 'a20002.csv' })).toMatchObject({
      kind: 'delete',
    })
  },
)

test('versions that are judged at the same time do not disturb each other', async () => {
  const contents = Array.from({ length: 30 }, (_, at) => {
    const code = Buffer.from(`{"to":${at % 2 === 0 ? 20001 : 30001},"x":1}`).toString('base64')
    return `{"userId":"${mine}","a":"${'x'.repeat(at)}","to":"${code}"}\n`.repeat(50)
  })
  const judged = await Promise.all(contents.map((content) => judge(content, { lengths: [97, 5, 300] })))
  expect(judged.map(({ kind }) => kind)).toEqual(contents.map((_, at) => (at % 2 === 0 ? 'keep' : 'delete')))
})
