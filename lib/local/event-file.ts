import { open } from 'node:fs/promises'
import type { Events } from '../ports.ts'

/**
 * Events as lines of JSON at the end of a file (mode 0600), for whoever follows it. One line is one write, so that lines
 * of two processes do not mix; after a crash the same event may stand there again, under the same id.
 */
export function eventFile(path: string): Events {
  return {
    async publish(kind, detail) {
      const file = await open(path, 'a', 0o600)
      try {
        await file.write(`${JSON.stringify({ kind, ...detail })}\n`)
      } finally {
        await file.close()
      }
    },
  }
}
