import { readdirSync, readFileSync } from 'node:fs'

const corpus = new URL('../../corpus/', import.meta.url)

/** Files of the corpus that hold one small content in one stream; `path` is where the content comes out. */
export function smallSamples(
  formats: readonly string[],
): { name: string; path: string; bytes: Buffer; text: string }[] {
  return formats.flatMap((format) =>
    readdirSync(new URL(`${format}/`, corpus))
      .filter((name) => /^small.*\.bin$/.test(name))
      .map((name) => {
        const bytes = readFileSync(new URL(`${format}/${name}`, corpus))
        const described = JSON.parse(readFileSync(new URL(`${format}/${name.slice(0, -4)}.json`, corpus), 'utf8'))
        return { name: `${format}/${name.slice(0, -4)}`, path: format, bytes, text: described.complete[format] }
      }),
  )
}
