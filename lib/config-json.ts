import { ConfigInvalid } from './errors.ts'

const byteOrderMark = '\ufeff'

/** The JSON of a configuration. `where` is what messages begin with. @throws ConfigInvalid */
export function parseConfigJson(text: string, where: string): unknown {
  if (text.startsWith(byteOrderMark))
    throw new ConfigInvalid(
      `${where}: expected JSON that begins with {, got a byte order mark: save it as UTF-8 without one`,
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ConfigInvalid(`${where}: expected JSON: ${problemOf(text, (cause as Error).message)}`, { cause })
  }
  refuseKeysGivenTwice(text, where)
  return value
}

const quotes = (message: string) => message.endsWith('is not valid JSON')

function parserWords(text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

/** The parser's words, but where they quote what stands there, which may name somebody: then its place, where the shortest beginning with that fault ends. */
function problemOf(text: string, message: string): string {
  if (!quotes(message)) return message
  let [good, bad] = [0, text.length]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (quotes(parserWords(text.slice(0, middle)) ?? '')) bad = middle
    else good = middle
  }
  const before = text.slice(0, good)
  return `Unexpected token in JSON at position ${good} (line ${before.split('\n').length} column ${before.length - before.lastIndexOf('\n')})`
}

/** The last one would count, and nobody would look at the stores of the other. `text` is JSON. @throws ConfigInvalid */
export function refuseKeysGivenTwice(text: string, where: string): void {
  const twice = keyGivenTwice(text)
  if (twice !== undefined)
    throw new ConfigInvalid(`${where}: expected every key of an object once, got "${twice}" twice`)
}

function keyGivenTwice(text: string): string | undefined {
  const open: Set<string>[] = []
  let string = ''
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token !== ':') string = token
    else {
      const key = JSON.parse(string) as string
      if (open.at(-1)!.has(key)) return key
      open.at(-1)!.add(key)
    }
  }
  return undefined
}
