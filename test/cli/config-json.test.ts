import { describe, expect, it } from 'vitest'
import { parseConfigJson } from '../../lib/config-json.ts'
import { ConfigInvalid } from '../../lib/errors.ts'

describe('the JSON of a configuration', () => {
  it.each([
    ['at its top', '{"stores": [{"id": "sg"}], "stores": []}', 'stores'],
    ['in a store', '{"stores": [{"id": "sg"}, {"channel": {"kind": "manual"}, "root": "a", "channel": 1}]}', 'channel'],
    ['in another spelling', '{"root": "a", "r\\u006fot": "b"}', 'root'],
    ['behind a text with signs of JSON', '{"a": "\\"}]:{", "b": [":"], "a": 1}', 'a'],
  ])('is refused where a key is given twice %s', (_, text, key) => {
    expect(() => parseConfigJson(text, 'odv.json')).toThrow(
      new ConfigInvalid(`odv.json: expected every key of an object once, got "${key}" twice`),
    )
  })

  it('is refused with a byte order mark, which editors put in front of it and nobody sees', () => {
    expect(() => parseConfigJson('\ufeff{}', 'odv.json')).toThrow(/odv.json: .*byte order mark/)
  })

  it.each([
    ['{"organization": "example.com",\n "custodian": bob_smith_77}', 2, 15],
    ['{"a": [1, 2, bob_smith_77]}', 1, 14],
    ['bob_smith_77', 1, 1],
    ["{'bob_smith_77': 1}", 1, 2],
    ['{"bob_smith_77": 1,}', 1, 20],
    ['{"bob_smith_77": 1', 1, 19],
  ])('says where it is none, and quotes nothing of it: %s', (text, line, column) => {
    const parse = () => parseConfigJson(text, 'odv.json')
    expect(parse).toThrow(`(line ${line} column ${column})`)
    expect(parse).toThrow(/^(?!.*smith)/s)
  })

  it('may have the same key in several objects, and as a text', () => {
    const text = '{"a": {"a": "a"}, "b": [{"a": 1}, {"a": ":"}, "a", "a"], "{": "\\\\", "c": {}}'
    expect(parseConfigJson(text, 'odv.json')).toEqual(JSON.parse(text))
  })
})
