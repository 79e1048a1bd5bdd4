import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'

const gapsOf = async (content: string, cut = 1e6) => {
  const { reading } = await collect(inPieces(Buffer.from(content), [cut]))
  return reading.gaps.map(({ reason, offset }) => ({ reason, offset }))
}

/** What lz-string 1.5.0 makes of `[{"email":"bob@example.org","id":1234567890},{"email":"jane@example.org","id":1234567891}]`. */
const utf16 =
  '\u1b63\u3c31\u016c\u0b80\u4324\u5826\u6621\u38e0\u11a1\u7688b\u0098\u62a0\u03a2\u0823\u5080\u09e0\u39b8\u0088\u61e0\u04e5\u00ac\u00b8\u0350\u0180\u0ae0\u0da0\u1da0\u03a0\u13a0\u01a0\u17ee\u5c54\u3c44\u5420\u5650\u010c\u1190\u0b35\u10c3\u2f71\u45d2\u073e\u0143\u237a\u2425\u6920 '
const base64 =
  'NobwRApgtghglgGzALjAIwPZoAIQB4xQAOCEAdBgE4DmYANGHACYoCMATAMwAsArAGwB2ABwBOAAwBfOuGjwkqAFYwAdhFwFipCjXqMWyDjwEjRrSQF0gA=='
/** Of `["bob@example.org","jane@example.org","x@example.org"]`, and of an object in lines. */
const others = [
  'NoIgRg9mACCmAeBDAtgBwDawHQQE4HMQAaEAK0QDtY4k1McDiR4aUNs9CBdIA===',
  'N4KABGBECmC2CGBLANpAXFARge0wAWgA95YAHZaAOmwCcBzSAGnCnnTAEYQBfIA=',
]

const escaped = (text: string, backslash = '\\') =>
  text.replace(/[^ -~]/g, (each) => `${backslash}u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe('what lz-string compressed', () => {
  test.each([
    { name: 'in UTF-8', content: `{"state":"${utf16}"}\n`, offset: 10 },
    { name: 'in escapes', content: `{"state":"${escaped(utf16)}"}\n`, offset: 10 },
    { name: 'in escapes in JSON', content: `{"state":"{\\"s\\":\\"${escaped(utf16, '\\\\')}\\"}"}\n`, offset: 19 },
    {
      name: 'behind many lines',
      content: `${'{"id":"Grüße 你好"}\n'.repeat(9000)}{"state":"${utf16}"}\n`,
      offset: 216_010,
    },
  ])('as characters of any script is opaque wherever it is cut: $name', async ({ content, offset }) => {
    const expected = [{ reason: 'opaque', offset }]
    expect(await gapsOf(content)).toEqual(expected)
    for (const cut of [1, 2, 3, 7, 64, 1000].filter((each) => content.length / each < 100_000))
      expect(await gapsOf(content, cut)).toEqual(expected)
  })

  test('in base64 is not read', async () => {
    for (const text of [base64, base64.replace(/=+$/, ''), ...others])
      expect(await gapsOf(`{"state":"${text}"}\n`)).toEqual([{ reason: 'unsupported-format', offset: 10 }])
  })
})

test.each([
  'កម្ពុជា 柬埔寨, ไทย泰国, မြန်မာ缅甸, საქართველო格鲁吉亚\n',
  '㐂㐄㐅㐆㐌㐖㐜 kept together, 你㐂好, 한국어㐂, 𡨸喃㗂越 tiếng Việt\n',
  'ᥐᥣᥲ, ᏣᎳᎩ, ⠃⠗⠇, አማርኛ, हिन्दी, 日本語㐂です\n',
  '{"name":"\\u4e2d\\u6587\\u0e44\\u0e17\\u0e22","rare":"\\u3402\\u4e00"}\n',
])('is no text of one script, and is text: %s', async (content) => {
  expect(await gapsOf(content)).toEqual([])
})
