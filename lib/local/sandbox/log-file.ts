import { Console } from 'node:console'
import { createWriteStream } from 'node:fs'

/**
 * Sends what handlers log to a file (mode 0600), since standard output belongs to the command. Has to run before
 * `functions/` is imported: the logger looks for its console once.
 */
export function logToFile(path: string): void {
  process.env.POWERTOOLS_DEV = 'true'
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  globalThis.console = new Console({ stdout: stream, stderr: stream })
}
