import type { Evidence } from '../ports.ts'

/** Documents of one JSON value a line. */

export const formatLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

export async function readLines<T>(evidence: Evidence, key: string): Promise<T[]> {
  const text = Buffer.from(await evidence.get(key)).toString('utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
}
