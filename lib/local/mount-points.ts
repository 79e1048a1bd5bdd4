import { readFile } from 'node:fs/promises'

/**
 * Paths that something is mounted on, as this process sees them. Of a system that does not say (any but Linux), none: there a file
 * system shows by its device number, which tells nothing of a directory of the same disk that is mounted elsewhere (`mount --bind`), or of two of one NFS server.
 */
export async function readMountPoints(): Promise<Buffer[]> {
  return parseMountTable(await readFile('/proc/self/mountinfo', 'latin1').catch(() => ''))
}

/** The fifth field of each line, of which blanks are escaped (proc_pid_mountinfo(5)). */
export function parseMountTable(table: string): Buffer[] {
  return table.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]
    return point === undefined ? [] : [Buffer.from(unescaped(point), 'latin1')]
  })
}

const unescaped = (point: string) =>
  point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
