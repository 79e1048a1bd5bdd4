import type { Filing } from '../read-filing.ts'

/** Texts that somebody or a store gave: everything in a filing that is neither counted, nor computed, nor worded by us. */
const given = new Set(
  (
    'custodian country instrument clause reference kind uri region account operator reviewer basis party storeId shownKey versionId detail ' +
    'protection planned plan suffix error explanation approvedBy authority'
  ).split(' '),
)

/**
 * The filing with every such text exchanged for signs that no identifier is made of, the same for the same text: what is
 * found in files for people that are made of it was found by chance.
 */
export function neutralFiling(filing: Filing): Filing {
  const signs = new Map<string, string>()
  const signOf = (text: string): string => {
    const known = signs.get(text) ?? `·${signs.size.toString(2).replaceAll('0', '‹').replaceAll('1', '›')}·`
    signs.set(text, known)
    return known
  }
  const neutral = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return given.has(key) ? signOf(value) : value
    if (Array.isArray(value)) return value.map((each) => neutral(each, key))
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        key === 'subject' && name === 'name'
          ? neutralName(String(each), signOf)
          : // Other reasons are worded by us; why something was kept is worded by whoever answered.
            key === 'kept' && name === 'reason'
            ? signOf(String(each))
            : neutral(each, name),
      ]),
    )
  }
  const timestamps = neutral(filing.timestamps, '') as Filing['timestamps']
  const leftOut = neutral(filing.leftOut, '') as Filing['leftOut']
  return { ...filing, timestamps, leftOut, runs: neutral(filing.runs, '') as Filing['runs'] }
}

/** The name of a document holds that of its store (`documentNameOf`). */
function neutralName(name: string, signOf: (text: string) => string): string {
  return name.replace(/(?<=^runs\/[^/]+\/stores\/)[^/]+/, signOf)
}
