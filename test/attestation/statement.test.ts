import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  claimOf,
  formatStatement,
  identityOf,
  identityOfStatement,
  type Phase,
  parseStatement,
  type Statement,
} from '../../lib/attestation/statement.ts'
import { FormatInvalid } from '../../lib/errors.ts'
import { statements } from '../support/sample-statements.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Path = (string | number)[]

const textOf = (statement: Statement) => new TextDecoder().decode(formatStatement(statement))
const bytesOf = (text: string) => new TextEncoder().encode(text)
const copyOf = (statement: Statement) => JSON.parse(textOf(statement)) as Json

/** The paths of all strings, numbers and booleans. */
function leavesOf(value: Json, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path]
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...path, key]))
}

const at = (value: Json, path: Path): Json =>
  path.reduce<Json>((inner, key) => (inner as { [key: string]: Json })[key]!, value)

/** A copy of a statement with one value replaced. */
function withValue(statement: Statement, path: Path, change: (value: Json) => Json): Statement {
  const copy = copyOf(statement)
  const parent = at(copy, path.slice(0, -1)) as { [key: string]: Json }
  parent[path.at(-1)!] = change(parent[path.at(-1)!]!)
  return copy as unknown as Statement
}

const backwards = (value: Json): Json =>
  value === null || typeof value !== 'object' || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, each]) => [key, backwards(each)]),
      )

for (const { name, statement } of statements)
  describe(`a ${name} statement`, () => {
    const text = textOf(statement)
    const paths = leavesOf(copyOf(statement))

    it('reads as it was written', () => {
      expect(parseStatement(bytesOf(text))).toEqual(statement)
      expect(formatStatement(parseStatement(bytesOf(text)))).toEqual(bytesOf(text))
    })

    it('is written the same whatever the order of its keys in memory, and read in one order only', () => {
      const reversed = backwards(copyOf(statement)) as unknown as Statement
      expect(textOf(reversed)).toBe(text)
      expect(() => parseStatement(bytesOf(JSON.stringify(reversed)))).toThrow(FormatInvalid)
    })

    it('is refused in any other form', () => {
      const others = [
        JSON.stringify(copyOf(statement), null, 1),
        `${text}\n`,
        `\ufeff${text}`,
        text.replace('{', '{"_type":"x",'),
        text.replace('"schemaVersion":1', '"schemaVersion":1.0'),
        text.replace('"schemaVersion":1', '"schemaVersion":2'),
        text.replace('"schemaVersion":1', '"schemaVersion":1,"schemaVersion":1'),
        text.replace('"schemaVersion":1', '"schemaVersion":1,"unknown":0'),
        text.replace('/Statement/v1', '/Statement/v2'),
        text.replace('/deletion-verification/v1', '/deletion-verification/v2'),
        text.replace(/\.000Z(?!.*\.000Z)/, 'Z'),
        text.replace(/\.000Z(?!.*\.000Z)/, '.000+00:00'),
        text.slice(0, -1),
      ]
      for (const other of others) {
        expect(other).not.toBe(text)
        expect(() => parseStatement(bytesOf(other))).toThrow(FormatInvalid)
      }
      expect(() => parseStatement(Uint8Array.of(...bytesOf(text), 0xff))).toThrow(FormatInvalid)
    })

    it('holds whole numbers that are not negative, and nothing instead of them', () => {
      const numbers = paths.filter((path) => typeof at(copyOf(statement), path) === 'number')
      for (const path of numbers)
        for (const bad of [0.5, -1, 2 ** 53, '1', null])
          expect(() => formatStatement(withValue(statement, path, () => bad))).toThrow(FormatInvalid)
    })

    it('claims something else when anything changes but its times, who said it, and where', () => {
      const texts = paths.filter(
        (path) =>
          typeof at(copyOf(statement), path) === 'string' &&
          !/^predicate\.(tool\.(version|buildSha256|sourceCommit)|environment|signer)\b/.test(path.join('.')),
      )
      const spoil = (value: Json): Json =>
        `${value}`.replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (last) => (last === '1' ? '2' : '1'))
      const claims = texts.flatMap((path) => {
        try {
          return [{ path: path.join('.'), claim: claimOf(withValue(statement, path, spoil)) }]
        } catch (error) {
          expect(error).toBeInstanceOf(FormatInvalid)
          return []
        }
      })
      const same = claims.filter(({ claim }) => claim === claimOf(statement))
      expect(same.map(({ path }) => path)).toEqual([])
    })

    it('claims the same at another time', () => {
      const later = withValue(statement, ['predicate', 'times', 'statementCreatedAt'], () => '2027-01-01T00:00:00.000Z')
      expect(textOf(later)).not.toBe(text)
      expect(claimOf(later)).toBe(claimOf(statement))
      expect(identityOfStatement(later)).toBe(identityOfStatement(statement))
    })
  })

describe('a result', () => {
  it('stands in a verdict alone: a phase that judges nothing cannot say verified', () => {
    const unjudged = statements.filter(({ name }) => name !== 'verification' && name !== 'run-summary')
    expect(unjudged).toHaveLength(6)
    for (const { statement } of unjudged)
      for (const result of ['verified', 'residual', 'incomplete'])
        expect(() => formatStatement(withValue(statement, ['predicate', 'result'], () => result))).toThrow(
          FormatInvalid,
        )
  })
})

describe('an error about a statement', () => {
  it('names the field and not what is in it', () => {
    const { statement } = statements[1]!
    const secret = 'user@4711'
    for (const path of [
      ['predicate', 'storeId'],
      ['predicate', 'scan', secret],
      ['predicate', 'tool', 'configSha256'],
    ])
      expect(() => formatStatement(withValue(statement, path, () => secret))).toThrow(
        expect.objectContaining({ name: 'FormatInvalid', message: expect.not.stringContaining(secret) }),
      )
    const error = (() => {
      try {
        return parseStatement(bytesOf(secret))
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(FormatInvalid)
    expect(inspect(error, { depth: 9 })).not.toContain(secret)
  })
})

describe('an identity', () => {
  it('is another one for every other run, store, pass, phase and part', () => {
    const short = fc.stringMatching(/^[a-b",\\[\]0-1]{0,3}$/)
    const phase = fc.constantFrom<Phase>('scan', 'verification')
    const tuple = fc.tuple(
      short,
      fc.option(short, { nil: undefined }),
      fc.option(fc.nat(2), { nil: undefined }),
      phase,
      short,
    )
    fc.assert(
      fc.property(tuple, tuple, (a, b) => {
        expect(identityOf(...a) === identityOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })

  it('tells all attestations of a run apart', () => {
    const identities = statements.map(({ statement }) => identityOfStatement(statement))
    expect(new Set(identities).size).toBe(statements.length)
    expect(identities[1]).toBe(identityOf('run-1', 'sg', 1, 'scan'))
    expect(identities[5]).toBe(identityOf('run-1', undefined, undefined, 'run-summary'))
  })
})
