import { Console } from 'node:console'
import { createWriteStream } from 'node:fs'

/**
 * Sends what handlers log to a file (mode 0600), one JSON object a line, since standard output belongs to the command.
 * Has to run before `functions/` is imported: the logger looks for its console once.
 */
export function logToFile(path: string): void {
  // Only then the logger writes to the console that is there; it indents as well, which lines must not.
  process.env.POWERTOOLS_DEV = 'true'
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  // What is logged is no evidence: where there is no room for it, or no right to write, the work itself says so.
  stream.on('error', () => {})
  const write = (text: unknown) => void stream.write(`${inOneLine(String(text))}\n`)
  globalThis.console = Object.assign(new Console({ stdout: stream, stderr: stream }), {
    ...{ log: write, debug: write, info: write, warn: write, error: write },
  })
}

function inOneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return JSON.stringify({ message: text })
  }
}
